"""The threads that attempts run in: a new one for each, or one that is used again."""

import queue
import threading
from collections.abc import Callable
from contextvars import Context

Work = Callable[[], object]
"""What a thread is to run; it raises nothing, and its result is not used."""

Start = Callable[[Work], None]
"""Starts work in another thread and returns at once."""

_NAME = "hello-llm-attempt"


def start_thread(work: Work) -> None:
    """Run `work` in a thread of its own."""
    threading.Thread(target=work, name=_NAME, daemon=True).start()


class ReusedThreads:
    """Threads for attempts that follow one another, since starting one takes part of a millisecond.

    An attempt that was given up may hang in its thread. The next one gets another thread, and the
    first is used again only once that attempt has ended.
    """

    def __init__(self) -> None:
        """Start with no thread."""
        self._free: list[queue.SimpleQueue[Work | None]] = []
        self._closed = False

    def start(self, work: Work) -> None:
        """Run `work` in a thread that has nothing to do, or in a new one."""
        try:
            inbox = self._free.pop()
        except IndexError:
            inbox = queue.SimpleQueue()
            start_thread(lambda: self._serve(inbox))
        inbox.put(work)

    def close(self) -> None:
        """End each thread once it has nothing to do."""
        self._closed = True
        while self._free:
            self._free.pop().put(None)

    def _serve(self, inbox: "queue.SimpleQueue[Work | None]") -> None:
        while (work := inbox.get()) is not None:
            Context().run(work)  # as in a new thread, without what the last one left
            del work  # the attempt and its answer
            if self._closed:
                return
            self._free.append(inbox)
