"""Turns a fork of the warm process into the process that a client would have been itself."""

import fcntl
import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TextIO

from hello_llm.warm.messages import OBEYED

Wording = Mapping[str, Any] | None
"""How text becomes bytes, in the words of ``io.TextIOWrapper``; ``None`` for a closed stream."""


@dataclass(frozen=True, slots=True)
class ClientCall:
    """What a client hands over."""

    fingerprint: tuple[object, ...]
    """What its interpreter is like."""
    loading: Mapping[str, str]
    """How it was loaded."""
    arguments: list[str]
    """The command line behind the program's name."""
    environment: Mapping[str, str]
    """The whole environment."""
    umask: int
    """The mask for new files."""
    ignored: list[int]
    """The signals that it was started to ignore."""
    numbers: list[int]
    """The numbers of its open descriptors."""
    streams: Sequence[Wording]
    """How text is worded on the three standard streams; ``None`` for one that is closed."""

    @classmethod
    def of(cls, message: dict[str, object]) -> Self:
        """Parse the client's `message`."""
        return cls(**message)  # type: ignore[arg-type]


def adopt(call: ClientCall, descriptors: list[int], kept: list[int]) -> list[int]:
    """Take over everything of `call`.

    Args:
        call: what the client handed over.
        descriptors: its working folder, then what its `numbers` stand for.
        kept: descriptors of this process's own, which move out of the way.

    Returns:
        Where those are now.
    """
    kept = _number(call, descriptors, kept)
    os.umask(call.umask)
    os.environ.clear()
    os.environ.update(call.environment)
    time.tzset()
    tempfile.tempdir = None
    sys.argv[1:] = call.arguments
    sys.stdin, sys.stdout, sys.stderr = map(_stream, range(3), ("r", "w", "w"), call.streams)
    return kept


def share_processors(pid: int) -> None:
    """Step back behind other processes as far as `pid` does, and run where it runs.

    Raises:
        OSError: this process may not.
    """
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, pid))
    os.sched_setaffinity(0, os.sched_getaffinity(pid))


def hold_signals() -> None:
    """Let signals wait until :func:`hear_signals`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, OBEYED)


def hear_signals(call: ClientCall, end: Callable[[int], None]) -> None:
    """Ignore what the client ignores; until the program hears signals itself, `end` does."""
    for number in OBEYED:
        ignored = number in call.ignored
        signal.signal(number, signal.SIG_IGN if ignored else lambda number, _frame: end(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OBEYED)


def ignore_signals() -> None:
    """Let no signal come between the end of the call and that of the process."""
    for number in OBEYED:
        signal.signal(number, signal.SIG_IGN)


def _number(call: ClientCall, descriptors: list[int], kept: list[int]) -> list[int]:
    """Give each descriptor the number it had, and the folder to the process."""
    folder, *theirs = descriptors
    os.fchdir(folder)
    os.close(folder)
    above = max(call.numbers) + 1
    kept = [_move(number, above) for number in kept]
    for number, at in zip(call.numbers, [_move(number, above) for number in theirs], strict=True):
        os.dup2(at, number, inheritable=True)
        os.close(at)
    return kept


def _move(number: int, above: int) -> int:
    moved = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, above)
    os.close(number)
    return moved


def _stream(number: int, mode: str, wording: Wording) -> TextIO | None:
    """Return a standard stream as Python makes it at its start."""
    if wording is None:
        return None
    buffering = 0 if wording["write_through"] else -1
    below = open(number, f"{mode}b", buffering, closefd=False)  # noqa: SIM115 - a standard stream
    return io.TextIOWrapper(below, newline="\n", **wording)
