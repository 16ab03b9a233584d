"""Makes a fork of the warm process take on the process state of a client."""

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
"""Keyword arguments for ``io.TextIOWrapper``; ``None`` for a closed stream."""


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A call that a client hands over, with its process state."""

    fingerprint: tuple[object, ...]
    """The client's interpreter and the options that it runs with."""
    loading: Mapping[str, str]
    """The settings that acted on the client before Python did."""
    arguments: list[str]
    """The command-line arguments, without the program's name."""
    environment: Mapping[str, str]
    """The complete environment."""
    umask: int
    """The file mode creation mask."""
    ignored: list[int]
    """The signals that were ignored when the client started."""
    numbers: list[int]
    """The numbers of its inherited file descriptors."""
    streams: Sequence[Wording]
    """How the three standard streams encode text; ``None`` for one that is closed."""

    @classmethod
    def of(cls, message: dict[str, object]) -> Self:
        """Parse the client's `message`."""
        return cls(**message)  # type: ignore[arg-type]


def adopt(call: ClientCall, descriptors: list[int], kept: list[int]) -> list[int]:
    """Take on the process state of `call`.

    Args:
        call: the client's call.
        descriptors: the client's working folder, then one descriptor for each of its `numbers`.
        kept: descriptors of this process, which are moved out of the way.

    Returns:
        The new numbers of `kept`.
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
    """Copy the niceness and the CPU affinity of the process `pid`.

    Raises:
        OSError: this process is not allowed to.
    """
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, pid))
    os.sched_setaffinity(0, os.sched_getaffinity(pid))


def hold_signals() -> None:
    """Block signals until :func:`hear_signals` is called."""
    signal.pthread_sigmask(signal.SIG_BLOCK, OBEYED)


def hear_signals(call: ClientCall, end: Callable[[int], None]) -> None:
    """Unblock signals: ignore those that the client ignores, and call `end` on the others.

    The program replaces these handlers once it handles signals itself.
    """
    for number in OBEYED:
        ignored = number in call.ignored
        signal.signal(number, signal.SIG_IGN if ignored else lambda number, _frame: end(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OBEYED)


def ignore_signals() -> None:
    """Ignore signals between the end of the call and the exit of the process."""
    for number in OBEYED:
        signal.signal(number, signal.SIG_IGN)


def _number(call: ClientCall, descriptors: list[int], kept: list[int]) -> list[int]:
    """Give each descriptor the number it had in the client, and enter the working folder."""
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
    """Open a standard stream the way Python does at start-up."""
    if wording is None:
        return None
    buffering = 0 if wording["write_through"] else -1
    below = open(number, f"{mode}b", buffering, closefd=False)  # noqa: SIM115 - a standard stream
    return io.TextIOWrapper(below, newline="\n", **wording)
