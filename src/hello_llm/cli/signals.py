"""Makes Ctrl-C and SIGTERM end a call cleanly and soon; a second signal ends it at once."""

import _thread
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from hello_llm.contract import ExitCode
from hello_llm.rendering.terminal import put_back

_TIDY_S = 0.75
"""Seconds the first signal may take to end the call: output that nobody reads can block it."""


class TerminatedError(BaseException):
    """SIGTERM arrived; like ``KeyboardInterrupt``, not an ``Exception``. Its text says why."""


Taker = Callable[[BaseException], bool]
"""Takes the exception of a signal and ends what it interrupts; False if there is nothing to end."""


class Stop:
    """Handles the signals that ask the process to end, except those ignored from the start.

    The first one raises an exception in the main thread, where the call is aborted, the part that
    arrived is kept, and files and servers are cleaned up. If that takes too long, or a second
    signal arrives meanwhile, the process exits without it.
    """

    def __init__(self) -> None:
        """Start with no signal received."""
        self._heard = 0
        self._stopping = False
        self._reason = "terminated"
        self._taker: Taker = _nobody

    def explain(self, reason: str) -> None:
        """Set the `reason` for the SIGTERM that is about to arrive."""
        self._reason = reason

    def install(self) -> None:
        """Handle SIGINT, SIGTERM and, like SIGTERM, the SIGHUP of a terminal that closes."""
        self.resume()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def resume(self) -> None:
        """Continue after a signal: the next one counts as the first again."""
        self._stopping = False

    @contextmanager
    def passing_to(self, taker: Taker) -> Iterator[None]:
        """Let `taker` have the exceptions of signals: an event loop swallows what a handler raises.

        Those that it does not take are raised.
        """
        self._taker = taker
        try:
            yield
        finally:
            self._taker = _nobody

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self._stopping:
            _leave(number)
        self._heard += 1
        self._stopping = True
        # Not with `threading`: the interrupted code may hold the locks of that module.
        _thread.start_new_thread(self._leave_late, (number, self._heard))
        interrupt = number == signal.SIGINT
        error = KeyboardInterrupt() if interrupt else TerminatedError(self._reason)
        if not self._taker(error):
            raise error

    def _leave_late(self, number: int, heard: int) -> None:
        """End the process if the signal with the number `heard` is still being handled."""
        time.sleep(_TIDY_S)
        if self._stopping and self._heard == heard:
            _leave(number)


def _nobody(_error: BaseException) -> bool:
    return False


def _leave(number: int) -> NoReturn:
    put_back()
    os._exit(ExitCode.INT if number == signal.SIGINT else ExitCode.TERM)


STOP = Stop()
"""The signal handling of this process."""
