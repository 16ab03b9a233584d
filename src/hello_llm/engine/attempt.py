"""One attempt at a call, run in a thread so that nothing beneath can hold up its caller."""

import queue
import threading
from collections.abc import Iterator

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    LLMProvider,
    Started,
    StreamEvent,
)

Item = StreamEvent | BaseException


class Attempt:
    """A provider at work on a request."""

    def __init__(self, provider: LLMProvider, request: ChatRequest, *, stream: bool) -> None:
        """Start the call; `stream` says whether the server is asked to stream."""
        self._provider = provider
        self._request = request
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._events: EventStream | None = provider.stream_chat(request) if stream else None
        threading.Thread(target=self._pump, name="hello-llm-attempt", daemon=True).start()

    @property
    def sent(self) -> bool:
        """Whether the request of a streamed call has left."""
        return self._events is not None and self._events.sent

    @property
    def pieces(self) -> int:
        """How many pieces of a streamed answer have come, those that bring no event included."""
        return 0 if self._events is None else self._events.pieces

    def finish_early(self) -> bool:
        """Stop waiting for more of a streamed reply that may be complete; tell whether it is."""
        return self._events is not None and self._events.finish_early()

    def wait(self, seconds: float) -> StreamEvent | None:
        """Return the next event, or ``None`` if none comes within `seconds`.

        Raises:
            BaseException: whatever ended the attempt in its thread.
        """
        try:
            return _event(self._queue.get(timeout=seconds))
        except queue.Empty:
            return None

    def arrived(self) -> Iterator[StreamEvent]:
        """Return the events that are there by now, however fast more come.

        Raises:
            BaseException: from the iterator, as `wait` does.
        """
        items = [self._queue.get() for _ in range(self._queue.qsize())]
        return map(_event, items)

    def close(self) -> None:
        """Drop the call: the connection is cut at once; harmless after the end."""
        if self._events is None:
            self._provider.close()
        else:
            self._events.close()

    def _pump(self) -> None:
        """Run the provider; whatever it raises is raised again in the caller's thread."""
        try:
            if self._events is None:
                model = self._request.model or self._provider.name
                self._queue.put(Started(self._provider.name, model))
                self._queue.put(Finished(self._provider.chat(self._request)))
            else:
                for event in self._events:
                    self._queue.put(event)
        except BaseException as error:  # noqa: BLE001 - handed over, not handled
            self._queue.put(error)


def _event(item: Item) -> StreamEvent:
    if isinstance(item, BaseException):
        raise item
    return item
