"""A provider that delegates to another one, and reserves money for each attempt before it is sent.

An attempt runs in a thread of its own and may be cut from another one. Its reservation ends exactly
once: in its own thread, which knows how far it came, or, if that hangs, in the other one.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from threading import Event, Lock

from hello_llm.calls.hold import Hold
from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    LLMProvider,
    LLMReply,
    Phase,
    StreamEvent,
    UnreachableError,
)

Reserve = Callable[[ChatRequest], Hold]
"""Reserves money for an attempt; it may take seconds, and raise an error."""

_SETTLING_S = 1.0
"""Seconds that an attempt has to end by itself after it was cut."""

_NOT_ASKED = EventStream(iter(()), sent=lambda: False, phase=lambda: Phase.CONNECTING)
"""Stands for the events of an attempt while its money is being reserved."""


class MeteredProvider:
    """Delegates to a provider; nothing is sent for which there is no money."""

    def __init__(self, provider: LLMProvider, reserve: Reserve) -> None:
        """Make the calls of `provider` once `reserve` has set money aside for them."""
        self._provider = provider
        self._reserve = reserve
        self._open: set[_Attempt] = set()

    @property
    def name(self) -> str:
        """The name of the provider that answers."""
        return self._provider.name

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`.

        Raises:
            BudgetError: a limit would be exceeded, and nothing was sent.
            LedgerError: the ledger cannot be used, and nothing was sent.
        """
        attempt = _Attempt()
        self._open.add(attempt)
        try:
            with attempt:
                asked = attempt.begin(lambda: self._reserve(ChatRequest.coerce(request)))
                reply = self._provider.chat(asked)
                attempt.settle(reply)
                return reply
        finally:
            self._open.discard(attempt)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply; the errors of :meth:`chat` are raised by the iterator."""
        attempt, asked = _Attempt(), ChatRequest.coerce(request)
        return EventStream.relay(self._passing(attempt, asked), lambda: attempt.events, attempt.cut)

    def close(self) -> None:
        """Cut off all calls in progress, from any thread; the provider can be used again."""
        self._provider.close()
        for attempt in tuple(self._open):
            attempt.cut()

    def _passing(self, attempt: "_Attempt", request: ChatRequest) -> Generator[StreamEvent]:
        with attempt:
            asked = attempt.begin(lambda: self._reserve(request))
            with closing(attempt.opened(self._provider.stream_chat(asked))) as events:
                for event in events:
                    if isinstance(event, Finished):
                        attempt.settle(event.reply)
                    yield event


class _Attempt:
    """One attempt, from its reservation to the end of that."""

    def __init__(self) -> None:
        """Start with nothing reserved."""
        self.events = _NOT_ASKED
        """The events of a streamed reply, or a stream without any until the provider is asked."""
        self._lock = Lock()
        self._hold: Hold | None = None
        self._begun = self._cut = False
        self._ended = Event()

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        """End the reservation, if that has not happened: `error` says what became of the call."""
        self.end(Hold.keep if error is None else lambda hold: hold.fail(error))
        self._ended.set()

    def begin(self, reserve: Callable[[], Hold]) -> ChatRequest:
        """Reserve money, and return the request to send.

        Raises:
            UnreachableError: the attempt was cut meanwhile; nothing is to be sent.
        """
        self._begun = True
        hold = reserve()
        with self._lock:
            self._hold = hold
        self._check()
        return hold.request

    def opened(self, events: EventStream) -> EventStream:
        """Note the `events` of the reply, and return them."""
        self.events = events
        self._check()
        return events

    def settle(self, reply: LLMReply) -> None:
        """End the reservation with what `reply` cost."""
        self.end(lambda hold: hold.settle(reply))

    def end(self, how: Callable[[Hold], None]) -> None:
        """End the reservation by `how`, unless it has ended."""
        with self._lock:
            hold, self._hold = self._hold, None
        if hold is not None:
            how(hold)
            self._ended.set()

    def cut(self) -> None:
        """Cut the attempt from another thread; it has a moment to find out how far it came."""
        self._cut = True
        self.events.close()
        if self._begun and not self._ended.wait(_SETTLING_S):
            self.end(Hold.keep)

    def _check(self) -> None:
        if self._cut:
            raise UnreachableError("the call was stopped before it was sent", unsent=True)
