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
from hello_llm.rendering.json.document import JsonRenderer, Progress, Redact, document
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.text.surrogates import SurrogateJoiner

EVENTS_SCHEMA = "hello-llm.events/1"


class EventLines:
    """Describes the events of a call as objects; the deltas add up to the text of the last one."""

    def __init__(self, progress: Progress, redact: Redact) -> None:
        """Begin a call.

        Args:
            progress: what is known of the call before its first event.
            redact: removes secrets from errors.
        """
        self._progress = progress
        self._redact = redact
        self._started = False
        self._streamed = False
        self._text = SurrogateJoiner()

    def of(self, event: StreamEvent) -> Iterator[dict[str, Any]]:
        """Yield the objects of `event`; the last one of a reply is its ``end``."""
        self._progress.note(event)
        yield from self._start()
        match event:
            case Started():
                pass
            case TextDelta(text):
                self._streamed = True
                yield from _delta(self._text.feed(text))
            case Finished(reply):
                yield from self._finish(reply)
            case Retrying():
                yield _line(replace(event, message=self._redact(event.message)))
            case ReasoningDelta() | ToolCallDelta():
                self._streamed = True
                yield _line(event)

    def of_failure(self, failure: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the last objects of a call that failed; `failure` is its document."""
        yield from self._start()
        yield from _delta(self._text.close())
        yield {"event": "error", **failure}

    def _finish(self, reply: LLMReply) -> Iterator[dict[str, Any]]:
        if self._streamed:
            yield from _delta(self._text.close())
        else:
            yield from map(_line, _pieces(reply))
        yield {"event": "end", **document(reply, redact=self._redact)}

    def _start(self) -> Iterator[dict[str, Any]]:
        if not self._started:
            self._started = True
            asked = {"provider": self._progress.provider, "model": self._progress.model}
            yield {"event": "start", "schema": EVENTS_SCHEMA, **asked}


class NdjsonRenderer(JsonRenderer):
    """Writes each event as it arrives."""

    def __init__(
        self, terminal: Terminal, messages: Messages, progress: Progress, *, usage: bool
    ) -> None:
        """Write to the standard output of `terminal`; `usage` adds a table on standard error."""
        super().__init__(terminal, messages, progress, usage=usage)
        self._lines = EventLines(progress, messages.redact)

    def show(self, event: StreamEvent) -> None:
        """Write `event` as a line."""
        for line in self._lines.of(event):
            self._write(line)
        match event:
            case Retrying():
                self._messages.retrying(event)
            case Finished(reply):
                self._write_usage(reply)

    def _write_failure(self, failure: dict[str, Any]) -> None:
        for line in self._lines.of_failure(failure):
            self._write(line)


def _delta(text: str) -> Iterator[dict[str, Any]]:
    if text:
        yield _line(TextDelta(text))


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
