"""Runs one attempt at a call in a thread, so that no lower layer can block the caller."""

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    LLMProvider,
    Phase,
    ReasoningDelta,
    Started,
    StreamEvent,
    TextDelta,
)
from hello_llm.engine.threads import Start, start_thread

Item = StreamEvent | BaseException

MOST_AHEAD = 20_000
"""How many events an attempt may be ahead of its reader; a flood must not fill the memory."""

_LOOK_AGAIN_S = 0.2


class Attempt:
    """A request that a provider is answering."""

    def __init__(
        self,
        provider: LLMProvider,
        request: ChatRequest,
        *,
        stream: bool,
        start: Start = start_thread,
        most_ahead: int = MOST_AHEAD,
    ) -> None:
        """Start the call.

        Args:
            provider: makes the call.
            request: what to ask.
            stream: whether to ask for a streamed reply.
            start: finds the thread for the call.
            most_ahead: how many events the call may be ahead of its reader.
        """
        self._provider = provider
        self._request = request
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._most_ahead = most_ahead
        self._has_room = threading.Event()
        self._closed = False
        self._events: EventStream | None = provider.stream_chat(request) if stream else None
        if self._events is None:
            self._put(Started(provider.name, request.model or provider.name))
        start(self._pump)

    @property
    def sent(self) -> bool:
        """Whether the request of a streamed call has been sent."""
        return self._events is not None and self._events.sent

    @property
    def phase(self) -> Phase:
        """What the call is waiting for, as long as no piece has arrived."""
        return Phase.ANSWER if self._events is None else self._events.phase

    @property
    def pieces(self) -> int:
        """The number of pieces of a streamed answer so far, including those that cause no event."""
        return 0 if self._events is None else self._events.pieces

    @property
    def served(self) -> Sequence[str]:
        """The models that the server of a streamed call has named so far as those that answer."""
        return () if self._events is None else self._events.served

    def finish_early(self) -> bool:
        """Stop waiting for more of a streamed reply that may be complete; return whether it is."""
        return self._events is not None and self._events.finish_early()

    def wait(self, seconds: float) -> StreamEvent | None:
        """Return the next event, or ``None`` if there is no event within `seconds`.

        Raises:
            BaseException: the exception that ended the attempt in its thread.
        """
        try:
            item = self._queue.get(timeout=seconds)
        except queue.Empty:
            return None
        if not self._has_room.is_set():
            self._has_room.set()
        return _event(item)

    def arrived(self) -> Iterator[StreamEvent]:
        """Return the events that have arrived by now, with adjacent pieces of text joined.

        Otherwise a flood would still be read piece by piece long after the deadline that ends it.

        Raises:
            BaseException: raised by the iterator, as by `wait`.
        """
        items = [self._queue.get() for _ in range(self._queue.qsize())]
        return map(_event, joined(items))

    def close(self) -> None:
        """Abort the call and cut its connection at once; safe to call after the end."""
        self._closed = True
        self._has_room.set()
        if self._events is None:
            self._provider.close()
        else:
            self._events.close()

    def _pump(self) -> None:
        """Run the provider; its exceptions are raised again in the caller's thread."""
        try:
            if self._events is None:
                self._put(Finished(self._provider.chat(self._request)))
            else:
                for event in self._events:
                    self._put(event)
        except BaseException as error:  # noqa: BLE001 - handed over, not handled
            self._put(error)

    def _put(self, item: Item) -> None:
        while self._queue.qsize() >= self._most_ahead and not self._closed:
            self._has_room.clear()
            self._has_room.wait(_LOOK_AGAIN_S)
        self._queue.put(item)


def joined(items: Iterable[Item]) -> Iterator[Item]:
    """Yield `items` with adjacent pieces of text, or of reasoning, in one."""
    for _, group in groupby(items, type):
        run = list(group)
        pieces = [item for item in run if isinstance(item, TextDelta | ReasoningDelta)]
        if pieces:
            run = [replace(pieces[0], text="".join(piece.text for piece in pieces))]
        yield from run


def _event(item: Item) -> StreamEvent:
    if isinstance(item, BaseException):
        raise item
    return item
