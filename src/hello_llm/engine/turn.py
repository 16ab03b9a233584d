"""Runs one turn: attempts under deadlines, retries where they may help, then other models."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Self

from hello_llm.contract import (
    ExitCode,
    Failure,
    Finished,
    HelloLLMError,
    LLMProvider,
    LLMReply,
    Phase,
    ReplyBuilder,
    Retrying,
    Started,
    StreamEvent,
)
from hello_llm.engine.acceptance import Acceptance, ModelWatch
from hello_llm.engine.attempt import Attempt
from hello_llm.engine.candidate import Candidate
from hello_llm.engine.deadlines import Bound, Deadline, Deadlines
from hello_llm.engine.pace import Place
from hello_llm.engine.retry import RetryPolicy

_LONGEST_WAIT_S = 0.2
"""The longest single wait, in seconds: a signal received by another thread does not end it.

The signal's handler therefore runs after this time at the latest.
"""

_SETTLING_S = 2.0
"""Seconds allowed for the last events of a reply that proves complete at its deadline."""

_FALLBACK_CODES = frozenset(
    {ExitCode.RATE_LIMITED, ExitCode.UNREACHABLE, ExitCode.TIMEOUT, ExitCode.SERVER}
)


class Turn(Iterator[StreamEvent]):
    """The events of one turn, whichever model answers in the end.

    An attempt that fails before anything was shown is retried according to the policy; then the
    next candidate is asked. Once a piece of a reply was yielded, a failure ends the turn.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        stream: bool,
        or_whole: bool = False,
        deadlines: Deadlines | None = None,
        retry: RetryPolicy | None = None,
        acceptance: Acceptance | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        attempts: Callable[..., Attempt] = Attempt,
    ) -> None:
        """Prepare the turn; it starts when the first event is requested.

        Args:
            candidates: the models to ask, in this order; at least one.
            stream: whether to ask the server to stream.
            or_whole: whether to ask again for the whole answer if the server does not stream.
            deadlines: the deadlines; by default there are none.
            retry: the retry policy; by default ``RetryPolicy()``.
            acceptance: what a reply must meet; by default any complete reply will do.
            clock: returns seconds and is monotonic.
            sleep: waits for a number of seconds.
            attempts: starts each attempt, as ``Attempt`` does.
        """
        self._candidates = candidates
        self._stream = stream
        self._or_whole = or_whole
        self._phase: Callable[[], Phase | None] = lambda: None
        self._deadlines = deadlines or Deadlines()
        self._retry = retry or RetryPolicy()
        self._acceptance = acceptance or Acceptance()
        self._looks: list[Callable[[], None]] = []
        self._told: list[Callable[[HelloLLMError, float | None], None]] = []
        self._clock = clock
        self._sleep = sleep
        self._attempts = attempts
        self._total: Bound | None = None
        self._settling: Bound | None = None
        self._failures: list[Failure] = []
        self._builder = ReplyBuilder(candidates[0].provider, candidates[0].model, clock)
        self._events = self._run()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> StreamEvent:
        """Return the next event.

        Raises:
            HelloLLMError: the turn failed; ``partial`` holds what arrived.
        """
        try:
            return next(self._events)
        except HelloLLMError as error:
            error.partial = self._counted(error.partial or self._builder.partial())
            self._tell(error, None)
            raise

    @property
    def phase(self) -> Phase | None:
        """What the turn is waiting for; ``None`` between two attempts."""
        return self._phase()

    def on_wait(self, look: Callable[[], None]) -> None:
        """Call `look` several times a second while waiting for events; it may raise an error."""
        self._looks.append(look)

    def on_failure(self, tell: Callable[[HelloLLMError, float | None], None]) -> None:
        """Call `tell` with each error and the seconds until the next attempt, if there is one."""
        self._told.append(tell)

    def close(self) -> None:
        """Abort the turn: cut the connection and yield no further event."""
        self._events.close()

    def partial(self) -> LLMReply:
        """Return the reply so far, marked as incomplete."""
        return self._counted(self._builder.partial())

    def _run(self) -> Generator[StreamEvent]:
        self._total = Bound.from_now(Deadline.TOTAL, self._deadlines.total_s, self._clock())
        waiting = list(self._candidates)
        while waiting:
            candidate = waiting.pop(0)
            try:
                yield from self._ask(candidate)
            except HelloLLMError as error:
                if not waiting or not self._may_fall_back(error):
                    self._retry.say_wait(error)
                    raise
                yield self._failed(candidate, error, 0.0, waiting[0])
            else:
                return

    def _ask(self, candidate: Candidate) -> Iterator[StreamEvent]:
        """Ask `candidate`, with as many retries as the policy allows."""
        provider: LLMProvider | None = None
        stream, tries = self._stream, 0
        while True:
            try:
                provider = provider or candidate.open()
                yield from self._attempt(provider, candidate, stream=stream)
            except HelloLLMError as error:
                whole = stream and self._or_whole and error.refuses_stream
                tries += not (whole or candidate.pace.forgives(error))
                delay = 0.0 if whole else self._delay(error, tries)
                if delay is None:
                    raise
                yield self._failed(candidate, error, delay, candidate, whole=whole)
                stream = stream and not whole
            else:
                return
            self._pause(delay)

    def _attempt(
        self, provider: LLMProvider, candidate: Candidate, *, stream: bool
    ) -> Iterator[StreamEvent]:
        """Make one attempt and yield its events, but ``Started`` only once in a turn."""
        with self._place(candidate) as place:
            attempt = self._attempts(provider, candidate.request, stream=stream)
            self._settling = None
            built = self._builder
            self._phase, built.served = lambda: attempt.phase, lambda: attempt.served
            watch = ModelWatch(self._acceptance, built.model, built.served, built.partial)
            try:
                for event in self._read(attempt, watch):
                    watch.check(event)
                    built.add(event)
                    if isinstance(event, Finished):
                        place.answered(event.reply)
                        yield self._checked(event.reply)
                        return
                    if not (isinstance(event, Started) and self._failures):
                        yield event
            finally:
                self._phase = lambda: None
                attempt.close()

    def _place(self, candidate: Candidate) -> Place:
        """Wait until the candidate's host may be asked, which is not part of the call's time."""
        began = self._clock()
        while (place := candidate.pace.enter(candidate.request, _LONGEST_WAIT_S)) is None:
            self._look()
        if self._total is not None:
            self._total = self._total.later(self._clock() - began)
        return place

    def _read(self, attempt: Attempt, watch: ModelWatch) -> Iterator[StreamEvent]:
        """Yield the events of `attempt`; at a deadline, those that arrived in time, then raise."""
        while not isinstance(event := self._next_event(attempt, watch), Bound):
            yield event
        if event.deadline is Deadline.TOTAL:
            arrived = attempt.arrived()  # before the cut, which the attempt reports as well
            attempt.close()
            yield from arrived
        raise event.error()

    def _next_event(self, attempt: Attempt, watch: ModelWatch) -> StreamEvent | Bound:
        """Wait for the next event, or return the bound that passed first.

        Events that arrive faster than they are read are subject to the total deadline only.
        """
        progress, bound = self._progress(attempt), self._tightest_bound(attempt)
        while True:
            if self._progress(attempt) != progress:
                progress, bound = self._progress(attempt), self._tightest_bound(attempt)
            remaining = _LONGEST_WAIT_S if bound is None else bound.ends_at - self._clock()
            passed = bound if remaining <= 0 else None
            if passed is not None and self._settling is None and attempt.finish_early():
                self._settling = replace(passed, ends_at=self._clock() + _SETTLING_S)
                bound, passed, remaining = self._settling, None, _SETTLING_S
            if passed is not None and passed.deadline is Deadline.TOTAL:
                return passed
            event = attempt.wait(max(0.0, min(remaining, _LONGEST_WAIT_S))) or passed
            if event is not None:
                return event
            watch.look()
            self._look()

    def _progress(self, attempt: Attempt) -> int:
        """Return a number that changes when the deadline of a streamed reply restarts."""
        return int(attempt.sent) if self._builder.empty else attempt.pieces

    def _tightest_bound(self, attempt: Attempt) -> Bound | None:
        if self._settling is not None:
            return self._settling
        bounds = [self._total]
        if attempt.sent:
            deadline, seconds = (
                (Deadline.FIRST_TOKEN, self._deadlines.first_token_s)
                if self._builder.empty
                else (Deadline.IDLE, self._deadlines.idle_s)
            )
            bounds.append(Bound.from_now(deadline, seconds, self._clock()))
        return min(filter(None, bounds), key=lambda bound: bound.ends_at, default=None)

    def _delay(self, error: HelloLLMError, number: int) -> float | None:
        """Return the seconds until the next attempt, or ``None`` if no attempt follows."""
        if not self._builder.empty:
            return None
        delay = self._retry.delay_s(error, number)
        if delay is None or self._total is None or self._clock() + delay < self._total.ends_at:
            return delay
        return None

    def _may_fall_back(self, error: HelloLLMError) -> bool:
        if self._total is not None and self._clock() >= self._total.ends_at:
            return False
        return error.exit_code in _FALLBACK_CODES and self._builder.empty

    def _failed(
        self,
        candidate: Candidate,
        error: HelloLLMError,
        delay: float,
        following: Candidate,
        *,
        whole: bool = False,
    ) -> Retrying:
        """Prepare for `following`, and return the event that reports the failure of `candidate`."""
        self._tell(error, delay)
        self._builder = ReplyBuilder(following.provider, following.model, self._clock)
        self._failures.append(Failure(candidate.model, error.exit_code, error.message))
        number = len(self._failures)
        return Retrying(number, error.exit_code, error.message, delay, following.model, whole)

    def _tell(self, error: HelloLLMError, delay: float | None) -> None:
        for tell in self._told:
            tell(error, delay)

    def _look(self) -> None:
        for look in self._looks:
            look()

    def _pause(self, seconds: float) -> None:
        ends_at = self._clock() + seconds
        while (remaining := ends_at - self._clock()) > 0:
            self._look()
            self._sleep(min(remaining, _LONGEST_WAIT_S))

    def _counted(self, reply: LLMReply) -> LLMReply:
        """Return `reply` with the failed attempts before it included."""
        attempts = len(self._failures) + min(reply.attempts, 1)
        return replace(reply, attempts=attempts, failures=tuple(self._failures))

    def _checked(self, reply: LLMReply) -> Finished:
        reply = self._counted(reply)
        self._acceptance.check(reply)
        return Finished(reply)
