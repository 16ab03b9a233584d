"""NDJSON output: one object per line, from ``start`` to exactly one ``end`` or ``error``."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hello_llm.contract import (
    Finished,
    LLMReply,
    ReasoningDelta,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.rendering.json.document import JsonRenderer, Progress, document
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.text.surrogates import SurrogateJoiner

EVENTS_SCHEMA = "hello-llm.events/1"


class NdjsonRenderer(JsonRenderer):
    """Writes each event as it arrives; the deltas add up to the text of the final document."""

    def __init__(
        self, terminal: Terminal, messages: Messages, progress: Progress, *, usage: bool
    ) -> None:
        """Write to the standard output of `terminal`; `usage` adds a table on standard error."""
        super().__init__(terminal, messages, progress, usage=usage)
        self._started = False
        self._streamed = False
        self._text = SurrogateJoiner()

    def show(self, event: StreamEvent) -> None:
        """Write `event` as a line."""
        self._progress.note(event)
        self._start()
        match event:
            case Started():
                pass
            case TextDelta(text):
                self._streamed = True
                self._delta(self._text.feed(text))
            case Finished(reply):
                self._finish(reply)
            case Retrying():
                message = self._messages.redact(event.message)
                self._write(_line(replace(event, message=message)))
                self._messages.retrying(event)
            case ReasoningDelta() | ToolCallDelta():
                self._streamed = True
                self._write(_line(event))

    def _write_failure(self, failure: dict[str, Any]) -> None:
        self._start()
        self._delta(self._text.close())
        self._write({"event": "error", **failure})

    def _finish(self, reply: LLMReply) -> None:
        if self._streamed:
            self._delta(self._text.close())
        else:
            for event in _pieces(reply):
                self._write(_line(event))
        self._write({"event": "end", **document(reply, redact=self._messages.redact)})
        self._write_usage(reply)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            progress = self._progress
            self._write(
                {
                    "event": "start",
                    "schema": EVENTS_SCHEMA,
                    "provider": progress.provider,
                    "model": progress.model,
                }
            )

    def _delta(self, text: str) -> None:
        if text:
            self._write(_line(TextDelta(text)))


def _line(event: TextDelta | ReasoningDelta | ToolCallDelta | Retrying) -> dict[str, Any]:
    match event:
        case TextDelta(text):
            return {"event": "delta", "text": text}
        case ReasoningDelta(text):
            return {"event": "reasoning", "text": text}
        case ToolCallDelta(index, call_id, name, arguments):
            call = {"index": index, "id": call_id, "name": name, "arguments": arguments}
            return {"event": "tool_call", **call}
        case Retrying(attempt, code, message, delay_s, model):
            failed = {"attempt": attempt, "code": code.name, "message": message}
            return {"event": "retry", **failed, "delay_s": delay_s, "model": model}


def _pieces(reply: LLMReply) -> Iterator[TextDelta | ReasoningDelta | ToolCallDelta]:
    """Yield the events that an unstreamed `reply` would have had if it had been streamed."""
    if reply.reasoning is not None:
        yield ReasoningDelta(reply.reasoning)
    if reply.text:
        yield TextDelta(reply.text)
    for index, call in enumerate(reply.tool_calls):
        yield ToolCallDelta(index, call.id, call.name, call.arguments)
