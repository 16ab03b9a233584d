"""Makes Ctrl-C and SIGTERM end a call tidily and soon, and the second of them at once."""

import _thread
import os
import signal
import time
from types import FrameType
from typing import NoReturn

from hello_llm.contract import ExitCode
from hello_llm.rendering.terminal import put_back

_TIDY_S = 0.75
"""How long the first signal may take to end the call: an output that nobody reads can block it."""


class TerminatedError(BaseException):
    """SIGTERM arrived; like ``KeyboardInterrupt`` it is no ``Exception``. Its text says why."""


class Stop:
    """Hears the signals that ask the process to end; one that was ignored from the start stays so.

    The first is raised in the main thread, where the call is cut, what arrived is kept, and files
    and servers are put away. If that takes too long, or a second signal comes meanwhile, the
    process ends without.
    """

    def __init__(self) -> None:
        """Begin with no signal heard."""
        self._heard = 0
        self._stopping = False
        self._reason = "terminated"

    def explain(self, reason: str) -> None:
        """Take the `reason` of the SIGTERM that is about to come."""
        self._reason = reason

    def install(self) -> None:
        """Hear SIGINT, SIGTERM and, as if it were SIGTERM, the SIGHUP of a terminal that closes."""
        self.resume()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def resume(self) -> None:
        """Go on after a signal: the next one is a first one again."""
        self._stopping = False

    def _hear(self, number: int, _frame: FrameType | None) -> NoReturn:
        if self._stopping:
            _leave(number)
        self._heard += 1
        self._stopping = True
        # Not by `threading`: the code that the signal interrupts may hold the locks of that module.
        _thread.start_new_thread(self._leave_late, (number, self._heard))
        raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError(self._reason)

    def _leave_late(self, number: int, heard: int) -> None:
        """End the process if the signal that was the `heard`-th is still being obeyed."""
        time.sleep(_TIDY_S)
        if self._stopping and self._heard == heard:
            _leave(number)


def _leave(number: int) -> NoReturn:
    put_back()
    os._exit(ExitCode.INT if number == signal.SIGINT else ExitCode.TERM)


STOP = Stop()
"""The process's own."""
