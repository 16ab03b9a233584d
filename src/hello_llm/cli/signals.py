"""Makes SIGTERM end a call as tidily as Ctrl-C does."""

import signal
from types import FrameType


class TerminatedError(BaseException):
    """SIGTERM arrived; like ``KeyboardInterrupt`` it is no ``Exception``."""


def install() -> None:
    """Raise :class:`TerminatedError` in the main thread on SIGTERM."""
    signal.signal(signal.SIGTERM, _raise)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TerminatedError
