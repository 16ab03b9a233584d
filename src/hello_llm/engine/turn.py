"""One call under way, run in a thread so that nothing beneath can hold up its caller."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

from hello_llm.contract import (
    ChatRequest,
    DeadlineError,
    EventStream,
    FilteredError,
    Finished,
    HelloLLMError,
    LLMProvider,
    LLMReply,
    ReplyBuilder,
    Started,
    StreamEvent,
)

_LONGEST_WAIT_S = 0.2
"""A signal that another thread takes does not end a wait; its handler runs after this at most."""


class Turn(Iterator[StreamEvent]):
    """The events of one call, under one total deadline.

    The provider runs in a thread of its own, so a caller is never held up by a name look-up, a
    connection or an import: it can be interrupted at any moment, and the deadline always holds.
    """

    def __init__(
        self,
        provider: LLMProvider,
        request: ChatRequest,
        *,
        stream: bool,
        timeout: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the call; it starts when the first event is asked for.

        Args:
            provider: who answers.
            request: what is asked; it names the model.
            stream: whether the server is asked to stream.
            timeout: seconds until the whole reply must be there; 0 for no limit.
            clock: returns seconds and never goes back.
        """
        self._provider = provider
        self._request = request
        self._stream = stream
        self._timeout = timeout
        self._clock = clock
        self._queue: queue.SimpleQueue[StreamEvent | BaseException] = queue.SimpleQueue()
        self._events: EventStream | None = None
        self._ends_at: float | None = None
        self._in_time: int | None = None
        self._running = False
        self._over = False
        self._builder = ReplyBuilder(provider.name, request.model or provider.name, clock)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> StreamEvent:
        """Return the next event.

        Raises:
            HelloLLMError: the call failed; ``partial`` holds what arrived.
        """
        if self._over:
            raise StopIteration
        if not self._running:
            self._start()
        item = self._wait()
        if isinstance(item, BaseException):
            self._over = True
            raise self._with_partial(item)
        self._builder.add(item)
        if isinstance(item, Finished):
            self._over = True
            _check_filter(item)
        return item

    def close(self) -> None:
        """Drop the call: the connection is cut, and no event follows."""
        self._over = True
        self._cut()

    def partial(self) -> LLMReply:
        """Return what has arrived so far, marked as incomplete."""
        return self._builder.partial()

    def _start(self) -> None:
        self._running = True
        if self._timeout:
            self._ends_at = self._clock() + self._timeout
        if self._stream:
            self._events = self._provider.stream_chat(self._request)
        threading.Thread(target=self._pump, name="hello-llm-turn", daemon=True).start()

    def _pump(self) -> None:
        """Run the provider; whatever it raises is raised again in the caller's thread."""
        try:
            if self._events is None:
                self._queue.put(Started(self._provider.name, self._builder.model))
                self._queue.put(Finished(self._provider.chat(self._request)))
            else:
                for event in self._events:
                    self._queue.put(event)
        except BaseException as error:  # noqa: BLE001 - handed over, not handled
            self._queue.put(error)

    def _wait(self) -> StreamEvent | BaseException:
        while True:
            ends_at = self._ends_at
            remaining = _LONGEST_WAIT_S if ends_at is None else ends_at - self._clock()
            if remaining <= 0:
                return self._after_deadline()
            with suppress(queue.Empty):
                return self._queue.get(timeout=min(remaining, _LONGEST_WAIT_S))

    def _after_deadline(self) -> StreamEvent | BaseException:
        """Return what had come in time, however fast more comes, and then the error."""
        if self._in_time is None:
            self._in_time = self._queue.qsize()
            self._cut()
        if self._in_time:
            self._in_time -= 1
            return self._queue.get()
        return DeadlineError(
            f"no complete reply within {self._timeout:g} s",
            "raise --timeout SECONDS, 0 turns it off",
        )

    def _cut(self) -> None:
        if self._events is not None:
            self._events.close()
        elif self._running:
            self._provider.close()

    def _with_partial(self, error: BaseException) -> BaseException:
        if isinstance(error, HelloLLMError) and error.partial is None:
            error.partial = self.partial()
        return error


def _check_filter(event: Finished) -> None:
    if event.reply.finish_reason == "content_filter":
        raise FilteredError(
            "a content filter stopped the reply",
            "change the prompt, or the filter's settings with the vendor",
            partial=event.reply,
        )
