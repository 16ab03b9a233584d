"""A person at a terminal: types, waits for what the program shows, and reads the screen."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.cli.program import COMMAND
from tests.rendering.screens import Screen

CTRL_C, CTRL_D, ENTER = b"\x03", b"\x04", b"\r"
_RULE = "─ "
A_MOMENT_S = 0.2
"""Until the program waits again after it showed something: Python loses a signal that comes in the
microseconds between the last look for one and the start of a wait."""
_TIMEOUT_S = 30.0

# Makes the terminal the one that Ctrl-C comes from, which only the child itself can do.
_IN_FRONT = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Person:
    """Sits before a run of the program; its terminal is standard input, output and error."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        lines: int = 24,
        stdout: int | None = None,
        stderr: int | None = None,
        **environ: str,
    ) -> None:
        """Start the program.

        Args:
            arguments: the command line.
            columns: the width of the terminal.
            lines: its height.
            stdout: a descriptor for standard output, if it is not the terminal.
            stderr: likewise for standard error.
            environ: variables to add to the environment.
        """
        self.screen = Screen(columns, lines)
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (lines, columns))
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _IN_FRONT, *COMMAND, *arguments],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave if stderr is None else stderr,
            env=os.environ | {"TERM": "xterm-256color"} | environ,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)

    @property
    def shown(self) -> str:
        """Everything on the screen and above it; of a rule only what it says."""
        return "\n".join(row.strip(_RULE) for row in self.screen.rows())

    def type(self, keys: bytes) -> None:
        """Type `keys`."""
        os.write(self._master, keys)

    def say(self, line: str) -> None:
        """Type `line` at the prompt, and Enter."""
        self.wait_for("\n>", at_the_end=True)
        self.type(line.encode())
        self.wait_for(f"\n> {line}".rstrip(), at_the_end=True)
        self.type(ENTER)

    def enter(self, keys: bytes = ENTER) -> None:
        """Type `keys`, Enter or what else ends a turn, and wait for the next prompt."""
        before = self._prompts()
        self.type(keys)
        self._wait(
            lambda: self._prompts() > before and self.shown.endswith(">"),
            "no further prompt appeared",
        )

    def _prompts(self) -> int:
        return sum(row.startswith("> ") or row == ">" for row in self.screen.rows())

    def interrupt(self) -> None:
        """Type Ctrl-C, with a pause before it as people make one: see :data:`A_MOMENT_S`."""
        time.sleep(A_MOMENT_S)
        self.type(CTRL_C)

    def wait_for(self, text: str, *, at_the_end: bool = False) -> None:
        """Watch the screen until `text` is on it, or stands at its end."""
        self._wait(
            lambda: self.shown.endswith(text) if at_the_end else text in self.shown,
            f"{text!r} did not appear",
        )

    def _wait(self, done: Callable[[], bool], otherwise: str) -> None:
        ends = time.monotonic() + _TIMEOUT_S
        while not done():
            assert self._watch(ends), f"{otherwise}:\n{self.shown}"

    def wait_for_end(self) -> int:
        """Watch the screen until the program ends, and return its exit code."""
        ends = time.monotonic() + _TIMEOUT_S
        while self._watch(ends):
            pass
        return self.process.wait(timeout=_TIMEOUT_S)

    def _watch(self, ends: float) -> bool:
        """Take in some of what the program shows; False at its end."""
        readable, _, _ = select.select([self._master], [], [], max(0.0, ends - time.monotonic()))
        data = b""
        if readable:
            with suppress(OSError):  # Linux's word for the end
                data = os.read(self._master, 65536)
        self.screen.write(data)
        return bool(data)
