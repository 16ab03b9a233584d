"""A descriptor that can be read as soon as a child of this process has ended."""

import os
import signal
from contextlib import suppress


def child_ends() -> int:
    """Return the descriptor; each call replaces the one before."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def drain(descriptor: int) -> None:
    """Forget the ends so far: the caller is about to look which children they were."""
    with suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            pass
