"""Measures whole processes: time, first byte, processor time and memory, several in turns."""

import os
import pty
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

COLUMNS, LINES = 100, 40
_PIECE = 1 << 16
_MIB = 1024  # ru_maxrss and /proc count KiB on Linux


@dataclass(frozen=True, slots=True)
class Command:
    """One program with its arguments."""

    name: str
    """What the table calls it."""
    argv: Sequence[str]
    """How it is started."""
    environ: Mapping[str, str]
    """Its whole environment."""
    terminal: bool = False
    """Whether its output goes to a pseudo-terminal."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, from start to exit."""

    wall_s: float
    """Seconds on the clock."""
    first_s: float | None
    """Seconds from the start to the first byte of output, which on a pipe is that of the answer."""
    cpu_s: float
    """Seconds of processor time, in the program and in the kernel."""
    memory_mib: float
    """The most memory that was resident, in MiB."""
    each_call_s: float | None = None
    """Seconds from one request to the next, where the server was asked for that."""
    each_piece_s: float | None = None
    """Seconds from when the server sent a piece to its arrival, where the pieces say when."""


class FailedRunError(Exception):
    """A program that was to be measured did not do its work."""


def measure(
    commands: Sequence[Command],
    runs: int,
    *,
    rehearse: bool = True,
    once: Callable[[Command], Cost] | None = None,
    pause_s: float = 0.0,
) -> dict[str, list[Cost]]:
    """Run `commands` in turns, `runs` times each after a first that does not count.

    Args:
        commands: programs of different names.
        runs: how many runs of each count.
        rehearse: False leaves out the run that does not count.
        once: runs a command once, by default as `run` does.
        pause_s: seconds to wait before each run, as a person does.

    Returns:
        The costs of each, turn by turn, by the names of the commands.

    Raises:
        FailedRunError: one of them failed.
    """
    once_now = once or run

    def paused(command: Command) -> Cost:
        time.sleep(pause_s)
        return once_now(command)

    for command in commands if rehearse else ():
        paused(command)
    turns = [{command.name: paused(command) for command in commands} for _ in range(runs)]
    return {command.name: [turn[command.name] for turn in turns] for command in commands}


Hear = Callable[[bytes, float], None]
"""Called with the output as it arrives, and when, on the clock of `time.perf_counter`."""


def run(command: Command, hear: Hear = lambda _data, _at: None) -> Cost:
    """Run `command` once; `hear` gets its output.

    Raises:
        FailedRunError: it ended with another status than 0.
    """
    ours, theirs = pty.openpty() if command.terminal else os.pipe()
    if command.terminal:
        termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    with TemporaryFile() as trouble:
        began = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            env=command.environ,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs if command.terminal else trouble,
        )
        os.close(theirs)
        first = _read_to_the_end(ours, hear)
        os.close(ours)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            trouble.seek(0)
            said = trouble.read().decode(errors="replace").strip()
            raise FailedRunError(f"{command.name} ended with {process.returncode}: {said}")
    first_s = None if first is None else first - began
    return Cost(wall, first_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MIB)


def resident_mib(process: int) -> float:
    """Return how much memory of the running `process` is resident now, in MiB.

    Raises:
        FailedRunError: there is no such process.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        kib, _ = fields["VmRSS"].split()
    except (OSError, KeyError) as error:  # one that has ended has no memory, if it is listed at all
        raise FailedRunError(f"process {process} is gone") from error
    return int(kib) / _MIB


def _read_to_the_end(output: int, hear: Hear) -> float | None:
    """Return when the first byte came, on the clock of `time.perf_counter`."""
    first = None
    try:
        while data := os.read(output, _PIECE):
            at = time.perf_counter()
            first = first or at
            hear(data, at)
    except OSError:  # Linux says so where the other end of a terminal was closed
        pass
    return first
