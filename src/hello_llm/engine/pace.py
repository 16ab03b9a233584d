"""When a host may be asked: shared pauses, rates, and as many calls at a time as it bears."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Protocol, Self

from hello_llm.contract import (
    ChatRequest,
    HelloLLMError,
    LLMReply,
    RateLimitedError,
    UnreachableError,
)

_MINUTE_S = 60.0
_BYTES_PER_TOKEN = 4
_FIRST_GUESS = 256
"""The tokens that a reply is taken to have until one has arrived."""
_BACK_OFF, _GAIN = 0.5, 1 / 7
"""Calls fewer at a time after each that the host refused, and more after each that it answered.

The number settles where two in nine are refused.
"""
_LEAST_IN_A_ROW = 10


class LostCallError(UnreachableError):
    """The machine that was making the call is lost; whether the host was asked is not known."""


class Place(Protocol):
    """The context of one call; the error that ends it says what became of it."""

    def __enter__(self) -> Self:
        """Begin the call."""
        ...

    def __exit__(self, kind: object, error: BaseException | None, at: object, /) -> None:
        """Note that the call has ended."""
        ...

    def answered(self, reply: LLMReply) -> None:
        """Note that the host has answered."""
        ...


class Pace(Protocol):
    """Says when a host may be asked."""

    def enter(self, request: ChatRequest, seconds: float) -> Place | None:
        """Wait up to `seconds` for a place; return it, or ``None`` if there is none yet.

        Raises:
            UnreachableError: the run is over.
        """
        ...

    def forgives(self, error: HelloLLMError) -> bool:
        """Return whether `error` is not the host's fault: it is asked too fast, or not at all."""
        ...


@dataclass(frozen=True, slots=True)
class Rates:
    """The most that a host may be asked."""

    rpm: float | None = None
    """Requests in a minute."""
    tpm: float | None = None
    """Tokens in a minute, of prompts and replies together."""


class HostPace:
    """The pace of one host, which the threads of a run share.

    While the host asks for a pause, nobody calls it. A call that it refuses with 429 makes the
    calls at a time fewer, and one that it answers makes them more: the number at which a host
    refuses a few is found and kept.
    """

    def __init__(
        self,
        host: str,
        max_wait_s: float,
        *,
        rates: Rates | None = None,
        most: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without a pause.

        Args:
            host: its name, for messages.
            max_wait_s: the longest pause, in seconds, that it may ask for.
            rates: the most that it may be asked.
            most: the most calls at a time, which are adapted to the host and then forgive that it
                refuses some; ``None`` if others limit them.
            clock: returns seconds and is monotonic.
        """
        self.host = host
        self._max_wait_s = max_wait_s
        self._rates = rates or Rates()
        self._most = most
        self._clock = clock
        self._changed = Condition()
        self._limit = float(most or 0)
        self._in_flight = 0
        self._refused_in_a_row = 0
        self._held_until = self._next_request_at = self._next_token_at = float("-inf")
        self._mean_tokens_out = float(_FIRST_GUESS)
        self._closed = False

    @property
    def wait_s(self) -> float:
        """The seconds that are left of the pause that the host asked for."""
        return max(0.0, self._held_until - self._clock())

    @property
    def limit(self) -> int:
        """The calls at a time that the host bears; 0 if that is not adapted."""
        return int(self._limit)

    @property
    def is_slowed(self) -> bool:
        """Whether the host bears fewer calls at a time than there might be."""
        return self._most is not None and self.limit < self._most

    def enter(self, request: ChatRequest, seconds: float) -> Place | None:
        """See :meth:`Pace.enter`."""
        ends_at = self._clock() + seconds
        tokens = _tokens_in(request)
        with self._changed:
            while True:
                if self._closed:
                    raise UnreachableError("the run was stopped", unsent=True)
                now = self._clock()
                wait_s = self._until_free(now)
                if wait_s is None:
                    return self._begin(now, tokens)
                left_s = min(wait_s, ends_at - now)
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)

    def forgives(self, error: HelloLLMError) -> bool:
        """Return whether `error` is a 429 while others are answered, or the loss of a machine."""
        if isinstance(error, LostCallError):
            return True
        if self._most is None or not isinstance(error, RateLimitedError) or not error.transient:
            return False
        return self._refused_in_a_row <= max(_LEAST_IN_A_ROW, 2 * self._most)

    def close(self) -> None:
        """Let nobody enter any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _until_free(self, now: float) -> float | None:
        """Return the seconds until there may be a place, or ``None`` if there is one now."""
        free_at = max(self._held_until, self._next_request_at, self._next_token_at)
        if free_at > now:
            return free_at - now
        full = self._most is not None and self._in_flight >= int(self._limit)
        return float("inf") if full else None

    def _begin(self, now: float, tokens_in: int) -> "_HostPlace":
        tokens = tokens_in + self._mean_tokens_out
        self._in_flight += 1
        if self._rates.rpm is not None:
            self._next_request_at = now + _MINUTE_S / self._rates.rpm
        if self._rates.tpm is not None:
            self._next_token_at = max(now, self._next_token_at) + self._token_s(tokens)
        return _HostPlace(self, tokens)

    def end(self, tokens: float, outcome: LLMReply | HelloLLMError | None) -> None:
        """Take a place back for which `tokens` were counted."""
        with self._changed:
            self._in_flight -= 1
            match outcome:
                case LLMReply():
                    self._answered(tokens, outcome)
                case HelloLLMError():
                    self._failed(tokens, outcome)
            self._changed.notify()

    def _answered(self, tokens: float, reply: LLMReply) -> None:
        self._refused_in_a_row = 0
        if self._most is not None:
            self._limit = min(self._most, self._limit + _GAIN)
        used_in, used_out = reply.usage.tokens_in, reply.usage.tokens_out
        if used_out is not None:
            self._mean_tokens_out += (used_out - self._mean_tokens_out) / 8
        if used_in is not None and used_out is not None:
            self._next_token_at += self._token_s(used_in + used_out - tokens)

    def _failed(self, tokens: float, error: HelloLLMError) -> None:
        if error.status is not None or error.unsent:
            self._next_token_at -= self._token_s(tokens)
        if isinstance(error, RateLimitedError):
            self._refused_in_a_row += 1
            self._limit = max(1.0, self._limit - _BACK_OFF)
        asked = error.retry_after_s
        if asked is not None and error.transient and asked <= self._max_wait_s:
            self._held_until = max(self._held_until, self._clock() + asked)

    def _token_s(self, tokens: float) -> float:
        return 0.0 if self._rates.tpm is None else tokens * _MINUTE_S / self._rates.tpm


@dataclass(slots=True)
class _HostPlace:
    """A place at a host."""

    pace: HostPace
    tokens: float
    taken: bool = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _at: object, /) -> None:
        self._end(error if isinstance(error, HelloLLMError) else None)

    def answered(self, reply: LLMReply) -> None:
        self._end(reply)

    def _end(self, outcome: LLMReply | HelloLLMError | None) -> None:
        if self.taken:
            self.taken = False
            self.pace.end(self.tokens, outcome)


class AtOnce:
    """A pace without limits, for a call that is the only one."""

    def enter(self, request: ChatRequest, seconds: float) -> Place:  # noqa: ARG002 - see Pace
        """Return a place."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def answered(self, reply: LLMReply) -> None:
        """Note nothing."""

    def forgives(self, error: HelloLLMError) -> bool:  # noqa: ARG002 - see Pace
        """Return false: every failure counts."""
        return False


AT_ONCE = AtOnce()
"""The pace without limits."""


def _tokens_in(request: ChatRequest) -> int:
    return sum(len(one.content) for one in request.messages) // _BYTES_PER_TOKEN
