"""NDJSON output: one object per line, from ``start`` to exactly one ``end`` or ``error``."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hello_llm.contract import (
    Finished,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.rendering.json.document import Progress, document, json_line
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.usage_table import write_usage
from hello_llm.text.surrogates import SurrogateJoiner

EVENTS_SCHEMA = "hello-llm.events/1"


class NdjsonRenderer:
    """Writes each event as it arrives; the deltas add up to the text of the final document."""

    def __init__(
        self, terminal: Terminal, messages: Messages, progress: Progress, *, usage: bool
    ) -> None:
        """Write to the standard output of `terminal`; `usage` adds a table on standard error."""
        self._terminal = terminal
        self._messages = messages
        self._progress = progress
        self._usage = usage
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

    def refresh(self) -> None:
        """Do nothing: nothing is held back."""

    def fail(self, error: HelloLLMError) -> None:
        """Write the ``error`` line, and report the error in prose on standard error."""
        failure = self._progress.failure(error, self._messages.redact)
        try:
            self._start()
            self._delta(self._text.close())
            self._write({"event": "error", **failure})
        finally:
            self._messages.error(error)

    def _finish(self, reply: LLMReply) -> None:
        if self._streamed:
            self._delta(self._text.close())
        else:
            for event in _pieces(reply):
                self._write(_line(event))
        self._write({"event": "end", **document(reply, redact=self._messages.redact)})
        if self._usage:
            write_usage(self._terminal, self._messages, reply)

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

    def _write(self, line: dict[str, Any]) -> None:
        self._terminal.write_stdout(json_line(line))


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
