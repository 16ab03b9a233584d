"""One call: a turn in a thread, whose events arrive in the event loop."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress

from hello_llm.contract import (
    BugError,
    Finished,
    HelloLLMError,
    InterruptError,
    LLMReply,
    StreamEvent,
    TerminateError,
    UnreachableError,
)
from hello_llm.engine import Turn
from hello_llm.engine.attempt import joined
from hello_llm.machine.last_words import explain, unexpected

_MOST_WAITING = 64
"""How many events may wait for a client that reads slowly; then the vendor has to wait as well."""
_LOOK_S = 0.2

Item = StreamEvent | HelloLLMError


class Call:
    """A call in progress; its thread fills it, and one task of the event loop empties it."""

    def __init__(
        self,
        make: Callable[[], Turn],
        on_end: Callable[[LLMReply | HelloLLMError], None],
        slow_s: float,
    ) -> None:
        """Prepare the call, in the event loop that will read it.

        Args:
            make: makes the turn, in the thread of the call.
            on_end: told in that thread how the call ended.
            slow_s: seconds for the client to read an event; then the call ends.
        """
        self._make = make
        self._on_end = on_end
        self._slow_s = slow_s
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._waiting: deque[Item] = deque()
        self._room = threading.Semaphore(_MOST_WAITING)
        self._stop: HelloLLMError | None = None
        self._is_waking = False

    async def take(self) -> Sequence[Item]:
        """Wait for events, and return all that have arrived, with adjacent pieces joined.

        The last one is ``Finished`` or an error.
        """
        taken: list[Item] = []
        while not taken:
            await self._arrived.wait()
            self._arrived.clear()
            self._is_waking = False
            while self._waiting:
                taken.append(self._waiting.popleft())
                self._room.release()
        return list(_joined(taken))

    def cancel(self, reason: HelloLLMError) -> None:
        """End the call within a fifth of a second, with `reason` unless it has ended already."""
        self._stop = self._stop or reason

    def run(self) -> None:
        """Run the turn to its end, in the thread of the call."""
        ended = self._ended()
        self._on_end(ended)
        if isinstance(ended, HelloLLMError):
            self._deliver(ended)
        else:
            self._deliver(Finished(ended))

    def _ended(self) -> LLMReply | HelloLLMError:
        try:
            with closing(self._make()) as turn:
                turn.on_wait(self._look)
                for event in turn:
                    if isinstance(event, Finished):
                        return event.reply
                    self._put(event, turn)
        except HelloLLMError as error:
            return error
        except BaseException as error:  # noqa: BLE001 - the thread serves other calls
            return BugError(*(explain(error) or unexpected(error)))
        return BugError("the turn ended without a reply")

    def _put(self, event: StreamEvent, turn: Turn) -> None:
        """Hand over an event once the client has room for it.

        Raises:
            StoppedError: the call is cancelled.
            UnreachableError: the client does not read.
        """
        ends_at = time.monotonic() + self._slow_s
        while not self._room.acquire(timeout=_LOOK_S):
            if time.monotonic() > ends_at:
                told = f"the client has read nothing for {self._slow_s:g} s"
                self._stop = UnreachableError(told)
            self._look(turn)
        self._look(turn)
        self._deliver(event)

    def _look(self, turn: Turn | None = None) -> None:
        if self._stop is not None:
            if turn is not None:
                self._stop.partial = turn.partial()
            raise self._stop

    def _deliver(self, item: Item) -> None:
        self._waiting.append(item)
        if not self._is_waking:
            self._is_waking = True
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                self._loop.call_soon_threadsafe(self._arrived.set)


def _joined(items: Sequence[Item]) -> Iterator[Item]:
    if len(items) == 1:
        return iter(items)
    return joined(items)  # type: ignore[return-value]


def client_left() -> InterruptError:
    """Return the error for a call whose client has left."""
    return InterruptError("the client left")


def cancelled() -> InterruptError:
    """Return the error for a call that its client has cancelled."""
    return InterruptError("the client cancelled the call")


def server_stops() -> TerminateError:
    """Return the error for a call that the end of the server cuts off."""
    return TerminateError("the server is stopping", "ask again: another server may have started")
