"""What happens while a reply streams: a closed union of events."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from hello_llm.contract.exit_codes import ExitCode
from hello_llm.contract.reply import LLMReply


@dataclass(frozen=True, slots=True)
class Started:
    """The request is about to be sent."""

    provider: str
    """The provider that is asked."""
    model: str
    """The model as the user typed it."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer arrived."""

    text: str
    """The piece; the pieces joined are the answer."""


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning arrived."""

    text: str
    """The piece; the pieces joined are the reasoning."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call arrived; `id` and `name` come with the first piece only."""

    index: int
    """Which call of this reply the piece belongs to, from 0."""
    id: str | None
    """The server's name for the call."""
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
    """What the failure would have meant, had it been the last."""
    message: str
    """The failure in one sentence."""
    delay_s: float
    """Seconds until the next attempt."""
    model: str
    """The model that is asked next; another one where the call falls back."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete; nothing follows."""

    reply: LLMReply
    """The whole reply."""


StreamEvent = Started | TextDelta | ReasoningDelta | ToolCallDelta | Retrying | Finished


class EventStream(Iterator[StreamEvent]):
    """An iterator of events that can be closed from any thread.

    Closing ends the exchange at once, also while another thread waits for the next event;
    that thread then sees the stream end or an error.
    """

    __slots__ = ("_abort", "_events", "_finish_early", "_pieces", "_sent")

    def __init__(
        self,
        events: Iterator[StreamEvent],
        abort: Callable[[], None] | None = None,
        pieces: Callable[[], int] = lambda: 0,
        sent: Callable[[], bool] = lambda: True,
        finish_early: Callable[[], bool] = lambda: False,
    ) -> None:
        """Wrap `events`.

        Args:
            events: what happens.
            abort: cuts the connection beneath; must be safe to call twice.
            pieces: returns how many pieces of the answer have come.
            sent: tells whether the request has left, as far as that can be seen.
            finish_early: stops waiting for more of a reply that may be complete, and tells whether
                it is.
        """
        self._events = events
        self._abort = abort
        self._pieces = pieces
        self._sent = sent
        self._finish_early = finish_early

    def __next__(self) -> StreamEvent:
        """Return the next event, or raise the error that ended the exchange."""
        return next(self._events)

    @property
    def sent(self) -> bool:
        """Whether the request has left; what is done before that is no time of the server's."""
        return self._sent()

    @property
    def pieces(self) -> int:
        """How many pieces of the answer have come, those that bring no event included."""
        return self._pieces()

    def finish_early(self) -> bool:
        """Stop waiting if the server has given a reason for the end; tell whether it has.

        The events of the end then come at once.
        """
        return self._finish_early()

    def close(self) -> None:
        """Stop reading and cut the connection; harmless after the end."""
        if self._abort is not None:
            self._abort()
        close = getattr(self._events, "close", None)
        if close is not None:
            # ValueError: the generator is running in the thread that waits on the connection.
            # Cutting the connection has ended that wait, and the generator cleans up there.
            with suppress(ValueError):
                close()
