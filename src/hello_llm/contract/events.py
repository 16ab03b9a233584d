"""The events of a reply while it streams, as a closed union."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from threading import Lock

from hello_llm.contract.exit_codes import ExitCode
from hello_llm.contract.reply import LLMReply


@dataclass(frozen=True, slots=True)
class Started:
    """The request is about to be sent."""

    provider: str
    """The provider that receives it."""
    model: str
    """The model as the user typed it."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer arrived: one token, or all that arrived together."""

    text: str
    """The piece; all pieces joined make up the answer."""


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning arrived."""

    text: str
    """The piece; all pieces joined make up the reasoning."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call arrived; `id` and `name` come with the first piece only."""

    index: int
    """The index, from 0, of the call that the piece belongs to."""
    id: str | None
    """The server's ID for the call."""
    name: str | None
    """The tool to call."""
    arguments: str
    """A piece of the JSON text of the arguments."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """An attempt failed before anything was shown, and another follows."""

    attempt: int
    """The attempt that failed, from 1."""
    code: ExitCode
    """The exit code, had this failure been the last."""
    message: str
    """The failure in one sentence."""
    delay_s: float
    """Seconds until the next attempt."""
    model: str
    """The model to ask next; a different one if the call falls back."""
    whole: bool = False
    """Whether the next attempt asks for the whole answer at once, and this one did not."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete; nothing follows."""

    reply: LLMReply
    """The whole reply."""


StreamEvent = Started | TextDelta | ReasoningDelta | ToolCallDelta | Retrying | Finished


class Phase(Enum):
    """What a call is waiting for before its answer begins; the value says it in words."""

    LOADING = "loading LiteLLM"
    """LiteLLM is being imported."""
    COMPILING = "compiling LiteLLM for this call and later ones"
    """LiteLLM is being imported for the first time in this installation."""
    CONNECTING = "connecting"
    """The request is being prepared, and the server connected to."""
    FIRST_PIECE = "waiting for the first token"
    """The request of a streamed call was sent."""
    ANSWER = "waiting for the answer"
    """A whole answer was requested."""


class EventStream(Iterator[StreamEvent]):
    """An iterator of events that can be closed from any thread.

    Closing ends the exchange at once, even while another thread waits for the next event;
    that thread then sees the end of the stream or an error.
    """

    __slots__ = (
        "_abort",
        "_closed",
        "_events",
        "_finish_early",
        "_phase",
        "_pieces",
        "_running",
        "_sent",
        "_served",
    )

    def __init__(
        self,
        events: Iterator[StreamEvent],
        abort: Callable[[], None] | None = None,
        pieces: Callable[[], int] = lambda: 0,
        sent: Callable[[], bool] = lambda: True,
        finish_early: Callable[[], bool] = lambda: False,
        phase: Callable[[], Phase] = lambda: Phase.FIRST_PIECE,
        served: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Wrap `events`.

        Args:
            events: the events of the exchange.
            abort: cuts the underlying connection; must be safe to call twice.
            pieces: returns the number of pieces of the answer that have arrived.
            sent: returns whether the request has been sent, as far as that is known.
            finish_early: stops waiting for more of a reply that may be complete, and returns
                whether it is.
            phase: returns what the call is waiting for.
            served: returns the models that the server has named so far, each once.
        """
        self._events = events
        self._abort = abort
        self._pieces = pieces
        self._sent = sent
        self._finish_early = finish_early
        self._phase = phase
        self._served = served
        self._running = Lock()
        self._closed = False

    @classmethod
    def relay(
        cls,
        events: Iterator[StreamEvent],
        source: Callable[[], "EventStream"],
        abort: Callable[[], None],
    ) -> "EventStream":
        """Wrap `events` that are made from those of another stream.

        Args:
            events: the events of the exchange.
            source: returns that stream; what is known of the exchange is asked of it.
            abort: cuts the underlying connection; must be safe to call twice.
        """
        return cls(
            events,
            abort,
            lambda: source().pieces,
            lambda: source().sent,
            lambda: source().finish_early(),
            lambda: source().phase,
            lambda: source().served,
        )

    def __next__(self) -> StreamEvent:
        """Return the next event, or raise the error that ended the exchange."""
        try:
            with self._running:
                return next(self._events)
        finally:
            if self._closed:
                self._close_events()

    @property
    def sent(self) -> bool:
        """Whether the request has been sent; time spent before that is not the server's."""
        return self._sent()

    @property
    def phase(self) -> Phase:
        """What the call is waiting for; it means nothing once a piece has arrived."""
        return self._phase()

    @property
    def pieces(self) -> int:
        """The number of pieces of the answer so far, including those that cause no event."""
        return self._pieces()

    @property
    def served(self) -> Sequence[str]:
        """The models that the server has named so far as the one that answers, each once.

        A model is known by the time of the first event with a part of the reply, often earlier.
        """
        return self._served()

    def finish_early(self) -> bool:
        """Stop waiting if the server has sent a finish reason; return whether it has.

        The final events then follow at once.
        """
        return self._finish_early()

    def close(self) -> None:
        """Stop reading and cut the connection; safe to call after the end."""
        self._closed = True
        if self._abort is not None:
            self._abort()
        self._close_events()

    def _close_events(self) -> None:
        """Close the generator, unless a thread is in it: that one closes it when it is out.

        Python crashes if a generator that delegates to others is closed while they run.
        """
        close = getattr(self._events, "close", None)
        if close is not None and self._running.acquire(blocking=False):
            try:
                close()
            finally:
                self._running.release()
