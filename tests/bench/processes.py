"""Measures whole processes: time, processor time and memory, several of them in turns."""

import os
import pty
import select
import statistics
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS, LINES = 100, 40
_MIB = 1024  # ru_maxrss counts KiB on Linux


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
    cpu_s: float
    """Seconds of processor time, in the program and in the kernel."""
    memory_mib: float
    """The most memory that was resident, in MiB."""


class FailedRunError(Exception):
    """A program that was to be measured did not do its work."""


def measure(commands: Sequence[Command], runs: int) -> dict[str, Cost]:
    """Run `commands` in turns, `runs` times each after a first that does not count.

    Returns:
        The medians, by the names of the commands.
    """
    costs: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for turn in range(runs + 1):
        for command in commands:
            cost = run(command)
            if turn:
                costs[command.name].append(cost)
    return {name: _median(of) for name, of in costs.items()}


def run(command: Command) -> Cost:
    """Run `command` once.

    Raises:
        FailedRunError: it ended with another status than 0.
    """
    with Path(os.devnull).open("r+b") as null:
        if command.terminal:
            return _on_terminal(command, null.fileno())
        began = time.perf_counter()
        process = subprocess.Popen(
            command.argv, env=command.environ, stdin=null, stdout=subprocess.PIPE, stderr=null
        )
        if process.stdout is None:
            raise FailedRunError(command.name)
        with process.stdout as output:
            while output.read(1 << 16):
                pass
        return _ended(process, command, began)


def _on_terminal(command: Command, null: int) -> Cost:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (LINES, COLUMNS))
    began = time.perf_counter()
    process = subprocess.Popen(
        command.argv, env=command.environ, stdin=null, stdout=slave, stderr=slave
    )
    os.close(slave)
    try:
        while select.select([master], [], []) and os.read(master, 1 << 16):
            pass
    except OSError:  # Linux says that the other end was closed
        pass
    os.close(master)
    return _ended(process, command, began)


def _ended(process: "subprocess.Popen[bytes]", command: Command, began: float) -> Cost:
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise FailedRunError(f"{command.name} ended with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MIB)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.cpu_s for cost in costs),
        statistics.median(cost.memory_mib for cost in costs),
    )
