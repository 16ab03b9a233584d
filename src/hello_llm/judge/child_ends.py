"""A file descriptor that becomes readable when a child of this process ends."""

import os
import signal
from contextlib import suppress


def child_ends() -> int:
    """Return a new descriptor, which replaces the one from the previous call."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def drain(descriptor: int) -> None:
    """Discard the notifications so far; the caller is about to check which children ended."""
    with suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            pass
