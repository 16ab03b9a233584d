"""Assembles a reply from its pieces, and measures the time it took."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from hello_llm.contract.events import (
    Finished,
    ReasoningDelta,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.contract.reply import FinishReason, LLMReply, ToolCall, Usage


@dataclass(slots=True)
class _OpenToolCall:
    id: str = ""
    name: str = ""
    arguments: str = ""


class ReplyBuilder:
    """Collects the deltas of one reply; its clock starts when it is created."""

    def __init__(
        self,
        provider: str,
        model: str,
        clock: Callable[[], float] = time.monotonic,
        served: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Start the clock.

        Args:
            provider: the provider that is asked.
            model: the model as the user typed it.
            clock: returns seconds and is monotonic.
            served: returns the models that the server has named so far, each once.
        """
        self.provider = provider
        self.model = model
        self.served = served
        self._clock = clock
        self._started = clock()
        self._sent = False
        self._first_token: float | None = None
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._tool_calls: dict[int, _OpenToolCall] = {}

    def restart_clock(self) -> None:
        """Restart the clock: the request is sent only now."""
        self._sent = True
        self._started = self._clock()

    def add(self, event: StreamEvent) -> None:
        """Add the content of one event."""
        match event:
            case TextDelta(text):
                self._note_token()
                self._text.append(text)
            case ReasoningDelta(text):
                self._note_token()
                self._reasoning.append(text)
            case ToolCallDelta(index, call_id, name, arguments):
                self._note_token()
                call = self._tool_calls.setdefault(index, _OpenToolCall())
                call.id = call_id or call.id
                call.name = name or call.name
                call.arguments += arguments
            case Started():
                self._sent = True
            case Retrying() | Finished():
                pass
            case _:
                assert_never(event)

    @property
    def empty(self) -> bool:
        """True while nothing of the reply has arrived."""
        return self._first_token is None

    def finished(
        self,
        finish_reason: FinishReason,
        usage: Usage,
        *,
        request_id: str | None = None,
        streamed: bool = True,
    ) -> LLMReply:
        """Return the complete reply; the times in `usage` are filled in from the clock."""
        timed = self._timed(usage, streamed=streamed)
        return self._reply(timed, finish_reason, complete=True, request_id=request_id)

    def partial(self, *, request_id: str | None = None) -> LLMReply:
        """Return the reply so far, marked as incomplete."""
        usage = self._timed(Usage(), streamed=True) if self._sent else Usage()
        return self._reply(usage, None, complete=False, request_id=request_id)

    def _note_token(self) -> None:
        if self._first_token is None:
            self._first_token = self._clock()

    def _timed(self, usage: Usage, *, streamed: bool) -> Usage:
        first = self._first_token if streamed else None
        return replace(
            usage,
            latency_ms=self._milliseconds(self._clock()),
            first_token_ms=None if first is None else self._milliseconds(first),
        )

    def _milliseconds(self, moment: float) -> int:
        return round((moment - self._started) * 1000)

    def _reply(
        self,
        usage: Usage,
        finish_reason: FinishReason | None,
        *,
        complete: bool,
        request_id: str | None,
    ) -> LLMReply:
        served = tuple(self.served())
        return LLMReply(
            text="".join(self._text),
            provider=self.provider,
            model=self.model,
            usage=usage,
            finish_reason=finish_reason,
            complete=complete,
            attempts=1 if complete or self._sent else 0,
            request_id=request_id,
            reasoning="".join(self._reasoning) or None,
            tool_calls=tuple(
                ToolCall(call.id, call.name, call.arguments)
                for _, call in sorted(self._tool_calls.items())
            ),
            model_served=served[0] if served else None,
            also_served=served[1:],
        )


def fold(events: Iterable[StreamEvent]) -> LLMReply:
    """Read `events` up to ``Finished`` and return its reply.

    Raises:
        ValueError: the events end without ``Finished``; none of our providers does that.
    """
    for event in events:
        if isinstance(event, Finished):
            return event.reply
    raise ValueError("the event stream ended without Finished")
