"""Plays one reply of a script: the events of a call, its delays and its fault."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle

from hello_llm.contract import (
    Finished,
    FinishReason,
    HelloLLMError,
    ReasoningDelta,
    ReplyBuilder,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from hello_llm.providers.http.answer import Answer
from hello_llm.providers.http.errors.bad_answers import check_ending
from hello_llm.providers.http.errors.connection_errors import closed_early, heard_late
from hello_llm.providers.http.route import Route
from hello_llm.providers.mock.faults import Fault, Scene
from hello_llm.providers.mock.script import Reply
from hello_llm.text.surrogates import SurrogateJoiner


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a provider waits, in seconds; ``None`` means forever."""

    connect_s: float | None = 10.0
    """For a connection."""
    answer_s: float | None = 600.0
    """For each piece of an answer."""
    real: bool = True
    """Whether delays take real time; otherwise they are only counted."""


@dataclass(slots=True, eq=False)
class MockCall:
    """One call in progress."""

    route: Route
    """The route that it would take."""
    stream: bool
    """Whether a stream was requested."""
    limits: Limits
    """How long it may wait."""
    served: Sequence[str] = ()
    """The models that the server has named so far."""
    _cut: threading.Event = field(default_factory=threading.Event)
    _now: float = 0.0

    def abort(self) -> None:
        """End the call at once, from any thread."""
        self._cut.set()

    def events(self, reply: Reply, tokens_in: int, fault: Fault | None) -> Iterator[StreamEvent]:
        """Yield the events of a complete reply, or raise an error with the partial reply."""
        builder = ReplyBuilder("mock", self.route.typed, lambda: self._now, lambda: self.served)
        started = Started(builder.provider, builder.model)
        builder.add(started)
        yield started
        try:
            for event in self._pieces(reply, fault, builder):
                builder.add(event)
                yield event
            yield self._finished(reply, tokens_in, fault, builder)
        except HelloLLMError as error:
            error.partial = error.partial or builder.partial()
            raise

    def _pieces(
        self, reply: Reply, fault: Fault | None, builder: ReplyBuilder
    ) -> Iterator[StreamEvent]:
        """Yield the pieces of `reply`, with `fault` striking at its point among them."""
        after = _pieces_before(reply, fault)
        if fault is not None and (after == 0 or not self.stream):
            self._strike(fault, builder)
        name = self.route.name if reply.model_served is None else reply.model_served
        self.served = tuple(filter(str.strip, (name,)))
        if reply.reasoning:
            yield ReasoningDelta(reply.reasoning)
        joiner = SurrogateJoiner()
        for number, chunk in enumerate(_chunks(reply, fault, stream=self.stream), 1):
            self._pause(reply.chunk_delay)
            if text := joiner.feed(chunk):
                yield TextDelta(text)
            if fault is not None and number == after:
                self._strike(fault, builder)
        if rest := joiner.close():
            yield TextDelta(rest)
        if fault is not None and after != 0 and self.stream:
            self._strike(fault, builder)
        for index, call in enumerate(reply.tool_calls):
            yield ToolCallDelta(index, call.id, call.name, call.arguments)

    def _finished(
        self, reply: Reply, tokens_in: int, fault: Fault | None, builder: ReplyBuilder
    ) -> Finished:
        said = builder.partial()
        tokens_out = len(said.text.split()) + len((said.reasoning or "").split())
        counted = Usage(tokens_in=tokens_in, tokens_out=tokens_out, usd_micros=0)
        usage = replace(counted, **reply.usage, price_source="local")
        usage = replace(usage, usd_nanos=(usage.usd_micros or 0) * 1000)
        reason: FinishReason = reply.finish_reason or ("tool_calls" if said.tool_calls else "stop")
        complete = builder.finished(reason, usage, streamed=self.stream)
        answer = Answer("", by_lines=False)
        answer.refusal = "" if fault is None else fault.refusal
        check_ending(complete, self.route, answer)
        return Finished(complete)

    def _strike(self, fault: Fault, builder: ReplyBuilder) -> None:
        if fault.stalls or (fault.endless and not self.stream):
            self._stall()
        if not fault.connects:
            self._pause(self.limits.connect_s)
        started = self.stream and not builder.empty
        scene = Scene(self.route, self.stream, started, self.limits.connect_s or 0.0)
        error = None if fault.strike is None else fault.strike(scene)
        if error is not None:
            raise error

    def _pause(self, seconds: float | None) -> None:
        """Wait for `seconds`, or forever if ``None``; virtual time only advances the clock."""
        if (self.limits.real or seconds is None) and seconds != 0 and self._cut.wait(seconds):
            raise closed_early(self.route)
        self._now += seconds or 0.0

    def _stall(self) -> None:
        self._pause(self.limits.answer_s)
        raise heard_late(self.route)


def changed(reply: Reply, fault: Fault | None) -> Reply:
    """Apply `fault` to `reply`."""
    return reply if fault is None or fault.change is None else fault.change(reply)


def _pieces_before(reply: Reply, fault: Fault | None) -> int | None:
    """Return the number of text pieces before `fault` strikes; ``None`` for all of them."""
    if reply.after_chunks is not None or fault is None:
        return reply.after_chunks
    return fault.after


def _chunks(reply: Reply, fault: Fault | None, *, stream: bool) -> Iterable[str]:
    chunks = reply.chunks or ()
    if fault is None or not fault.endless or not stream:
        return chunks
    return cycle(chunks) if chunks else (f"drop {number} " for number in count(1))


def without_fault(reply: Reply) -> Reply:
    """Return `reply` without its fault, for a call that the fault does not strike."""
    return replace(reply, fault=None, after_chunks=None)
