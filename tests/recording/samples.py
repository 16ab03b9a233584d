"""Exchanges to record: one of every kind of piece, and how they can end."""

from dataclasses import replace
from typing import Any

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    ExitCode,
    Finished,
    HelloLLMError,
    LLMReply,
    Message,
    Params,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
    fold,
)
from hello_llm.recording import Exchange, RecordedError, RecordingFile
from hello_llm.recording.exchange import Piece, Timed

REQUEST = ChatRequest(
    (
        Message("system", "Be brief."),
        Message("user", "What is two and two?"),
        Message("assistant", "", (ToolCall("c0", "add", "{}"),)),
        Message("tool", "4", tool_call_id="c0"),
    ),
    "openai/tiny",
    Params(temperature=0.0, top_p=0.5, max_tokens=9, seed=1, stop=("END", "STOP")),
)
REPLY = LLMReply(
    text="Four \ud83d",
    provider="litellm",
    model="openai/tiny",
    usage=Usage(tokens_in=3, tokens_out=2, latency_ms=812, usd_micros=4, first_token_ms=9),
    finish_reason="tool_calls",
    request_id="req-1",
    reasoning="I add.",
    tool_calls=(ToolCall("c1", "show", '{"n": 4}'),),
    model_served="tiny-2025-01-01",
    also_served=("tiny-2025-02-02",),
)
PARTIAL = replace(REPLY, finish_reason=None, complete=False)
PIECES: tuple[Piece, ...] = (
    Started("litellm", "openai/tiny"),
    ReasoningDelta("I add."),
    TextDelta("Four"),
    TextDelta(" \ud83d"),
    ToolCallDelta(0, "c1", "show", '{"n":'),
    ToolCallDelta(0, None, None, " 4}"),
)
COMPLETE = Exchange(
    "litellm",
    stream=True,
    request=REQUEST,
    pieces=tuple(Timed(float(at), piece) for at, piece in enumerate(PIECES)),
    outcome="complete",
    ended_ms=7.5,
    reply=REPLY,
)
TROUBLE = RecordedError(ExitCode.SERVER, "it failed", "wait", 503, True, 2.0, PARTIAL)
FAILED = replace(COMPLETE, outcome="failed", reply=None, trouble=TROUBLE, delay_s=0.25)
CUT = replace(COMPLETE, outcome="cut", reply=None)


def asking(text: str, **params: Any) -> ChatRequest:
    """Return a request of one turn."""
    return ChatRequest.from_prompt(text, model="openai/tiny", params=Params(**params))


def answering(text: str, reply: str) -> Exchange:
    """Return the exchange in which `text` was answered whole with `reply`."""
    return replace(
        COMPLETE,
        stream=False,
        request=asking(text),
        pieces=(),
        reply=replace(REPLY, text=reply, reasoning=None, tool_calls=()),
    )


def write(path, *exchanges):
    """Record `exchanges` at `path` and return it."""
    with RecordingFile(path) as file:
        for exchange in exchanges:
            file.add(exchange)
    return path


class Playing:
    """A provider that yields `events` and raises those of them that are errors."""

    name = "litellm"

    def __init__(self, *events):
        self.events = events
        self.closed = 0

    def _play(self):
        for event in self.events:
            if isinstance(event, BaseException):
                raise event
            yield event

    def chat(self, _request):
        return fold(self._play())

    def stream_chat(self, _request):
        return EventStream(self._play(), self.close, lambda: 7, lambda: False)

    def close(self):
        self.closed += 1


def ended(events):
    """Read `events` to their end; return them, and the error that ended them."""
    seen = []
    try:
        for event in events:
            seen.append(event)
            if isinstance(event, Finished):
                break
    except HelloLLMError as error:
        return seen, error
    return seen, None
