"""The mock: answers a request with the same bytes on every machine, free and instantly.

Its reply is ``Hello! You said: PROMPT``, where PROMPT is the last user turn. A token is a run of
characters without white space; the prompt's tokens are counted over all turns. Time is virtual: a
reply takes 0 ms. ``max_tokens`` and ``stop`` cut the reply as a real server would; the other
parameters are accepted but have no effect. As most servers do, it says that the model that it was
asked for answers, by its name without the vendor.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    FinishReason,
    LLMReply,
    Params,
    ReplyBuilder,
    Started,
    StreamEvent,
    TextDelta,
    Usage,
)
from hello_llm.contract.model_name import ModelName

DEFAULT_MODEL = "mock/echo"

_WORD = re.compile(r"\s*\S+|\s+\Z")


class MockProvider:
    """Greets, and echoes the last user turn."""

    name = "mock"

    def __init__(self, *, model: str = DEFAULT_MODEL) -> None:
        """Use `model` for requests that do not name one.

        Raises:
            UsageError: `model` is not vendor-qualified.
        """
        self.model = str(ModelName.parse(model))

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`."""
        _, builder, finish = self._answer(ChatRequest.coerce(request))
        return builder.finished(*finish, streamed=False)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply word by word, each with the white space before it."""
        served: list[str] = []
        events = self._events(ChatRequest.coerce(request), served)
        return EventStream(events, served=lambda: served)

    def close(self) -> None:
        """Do nothing: the mock never has a call in progress."""

    def _events(self, request: ChatRequest, served: list[str]) -> Iterator[StreamEvent]:
        deltas, builder, finish = self._answer(request)
        yield Started(self.name, builder.model)
        served += builder.served()
        yield from deltas
        yield Finished(builder.finished(*finish))

    def _answer(
        self, request: ChatRequest
    ) -> tuple[list[TextDelta], ReplyBuilder, tuple[FinishReason, Usage]]:
        model = str(ModelName.parse(request.model or self.model))
        builder = ReplyBuilder(self.name, model, lambda: 0.0, lambda: served_by(model))
        words, finish_reason = _compose(request)
        deltas = [TextDelta(word) for word in words]
        for delta in deltas:
            builder.add(delta)
        usage = Usage(
            tokens_in=sum(len(message.content.split()) for message in request.messages),
            tokens_out=len("".join(words).split()),
            usd_micros=0,
            price_source="local",
            usd_nanos=0,
        )
        return deltas, builder, (finish_reason, usage)


def served_by(model: str) -> tuple[str]:
    """Return the name that the mock gives for the model that answers: that of `model`, bare."""
    return (model.partition("/")[2],)


def greeting(prompt: str) -> tuple[str, ...]:
    """Return the mock's answer to `prompt`, split into words."""
    return tuple(_WORD.findall(f"Hello! You said: {prompt}"))


def within_limits(
    pieces: Sequence[str], params: Params
) -> tuple[list[str], Literal["length"] | None]:
    """Cut `pieces`, one token each, as `params` require.

    The second value is ``"length"`` if the token limit cut them, else ``None``.
    """
    text = "".join(pieces)
    cuts = [at for at in map(text.find, filter(None, params.stop)) if at >= 0]
    left, kept = min(cuts, default=len(text)), []
    for piece in pieces:
        if left <= 0:
            break
        kept.append(piece[:left])
        left -= len(piece)
    limit = params.max_tokens
    if limit is not None and limit < len(kept):
        return kept[:limit], "length"
    return kept, None


def _compose(request: ChatRequest) -> tuple[list[str], FinishReason]:
    prompt = next((m.content for m in reversed(request.messages) if m.role == "user"), "")
    words, reached = within_limits(greeting(prompt), request.params)
    return words, reached or "stop"
