"""Makes Ctrl-C and SIGTERM end a call tidily, and the second of them at once."""

import os
import signal
from types import FrameType
from typing import NoReturn

from hello_llm.rendering.terminal import put_back


class TerminatedError(BaseException):
    """SIGTERM arrived; like ``KeyboardInterrupt`` it is no ``Exception``."""


class Stop:
    """Hears the signals that ask the process to end; one that was ignored from the start stays so.

    The first is raised in the main thread, where the call is cut, what arrived is kept, and files
    and servers are put away. A second one, which comes while that goes on, waits for none of it.
    """

    def __init__(self) -> None:
        """Begin with no signal heard."""
        self._stopping = False

    def install(self) -> None:
        """Hear SIGINT, SIGTERM and, where the terminal may go away, SIGHUP."""
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
        self._stopping = True
        raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError


def _leave(number: int) -> NoReturn:
    put_back()
    os._exit(130 if number == signal.SIGINT else 143)


STOP = Stop()
"""The process's own."""
