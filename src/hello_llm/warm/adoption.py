"""Turns a fork of the warm process into the process that a client would have been itself."""

import fcntl
import io
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TextIO

from hello_llm.warm.messages import OBEYED

Wording = Mapping[str, Any] | None
"""How text becomes bytes, in the words of ``io.TextIOWrapper``; ``None`` for a closed stream."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a client hands over."""

    fingerprint: tuple[object, ...]
    """What its interpreter is like."""
    arguments: list[str]
    """The command line behind the program's name."""
    environment: Mapping[str, str]
    """The whole environment."""
    umask: int
    """The mask for new files."""
    limits: Sequence[tuple[int, int, int]]
    """What it may use of each resource: the kind, the soft and the hard limit."""
    niceness: int
    """How far it steps back behind other processes."""
    processors: Sequence[int]
    """The processors that it may run on."""
    ignored: list[int]
    """The signals that it was started to ignore."""
    numbers: list[int]
    """The numbers of its open descriptors."""
    streams: Sequence[Wording]
    """How text is worded on the three standard streams; ``None`` for one that is closed."""

    @classmethod
    def of(cls, message: dict[str, object]) -> Self:
        """Return what the client's `message` says."""
        return cls(**message)  # type: ignore[arg-type]


def adopt(call: Call, descriptors: list[int], kept: list[int]) -> list[int]:
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
    _limit(call)
    os.environ.clear()
    os.environ.update(call.environment)
    time.tzset()
    tempfile.tempdir = None
    sys.argv[1:] = call.arguments
    sys.stdin, sys.stdout, sys.stderr = map(_stream, range(3), ("r", "w", "w"), call.streams)
    return kept


def hold_signals() -> None:
    """Let signals wait until :func:`hear_signals`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, OBEYED)


def hear_signals(call: Call, end: Callable[[int], None]) -> None:
    """Ignore what the client ignores; until the program hears signals itself, `end` does."""
    for number in OBEYED:
        ignored = number in call.ignored
        signal.signal(number, signal.SIG_IGN if ignored else lambda number, _frame: end(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OBEYED)


def ignore_signals() -> None:
    """Let no signal come between the end of the call and that of the process."""
    for number in OBEYED:
        signal.signal(number, signal.SIG_IGN)


def _limit(call: Call) -> None:
    """Be held back like the client; what the warm process itself may not do, its fork may not."""
    for kind, soft, hard in call.limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, call.niceness)
    with suppress(OSError):
        os.sched_setaffinity(0, call.processors)


def _number(call: Call, descriptors: list[int], kept: list[int]) -> list[int]:
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
