"""Calls under way, forked where LiteLLM is loaded: to be struck when they are where they should."""

import os
import pty
import select
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyte.modes import DECAWM

from tests.cli.program import Ended
from tests.faults.case import Playground
from tests.faults.fault import Surroundings
from tests.faults.launcher import Launcher
from tests.rendering.screens import Screen

_TIMEOUT_S = 120.0
_RULE, _MARK = "─ ", "incomplete"
_IMPORTED = "import time:"
"""What Python itself says of each import if it is asked to, from whichever thread."""
_LOOK_AGAIN_S = 0.02


def until(true: Callable[[], object]) -> None:
    """Wait until `true` returns what counts as true."""
    ends_at = time.monotonic() + _TIMEOUT_S
    while not true():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(_LOOK_AGAIN_S)


def asking(base: str, *flags: str) -> list[str]:
    """Return the arguments of a call to the server at `base`."""
    where = ("--provider", "litellm", "--model", "openai/x", "--api-base", base)
    return ["chat", "hi", *where, *flags]


class Window:
    """A terminal whose screen can be looked at; what runs in it opens `path`."""

    def __init__(self, columns: int = 60, lines: int = 24) -> None:
        """Open it."""
        self._screen = Screen(columns, lines)
        self._master, self._slave = pty.openpty()
        termios.tcsetwinsize(self._slave, (lines, columns))
        self.path = os.ttyname(self._slave)

    @property
    def screen(self) -> Screen:
        """The screen with all that was written to it until now."""
        while select.select([self._master], [], [], 0)[0]:
            self._screen.write(os.read(self._master, 65536))
        return self._screen

    def close(self) -> None:
        """Close it."""
        os.close(self._master)
        os.close(self._slave)


def usable(screen: Screen) -> bool:
    """Whether the cursor is visible at the start of a row, rows wrap, and no style is left on."""
    inner = screen._screen
    wraps, plain = DECAWM in inner.mode, inner.cursor.attrs == inner.default_char
    return wraps and plain and inner.cursor.x == 0 and not inner.cursor.hidden


@dataclass(slots=True)
class Call:
    """A run of the program in a folder of its own."""

    launcher: Launcher
    """What starts it."""
    argv: list[str]
    """Its arguments."""
    place: Playground
    """Where it runs."""
    window: Window | None = None
    """The terminal of its streams; ``None`` for the null device and files."""
    struck_at: float = 0.0
    """When it was struck first, by ``time.monotonic``."""
    ended_at: float = 0.0
    """When it ended."""
    _job: Any = field(init=False)
    _future: Any = field(init=False)

    def __post_init__(self) -> None:
        """Start it."""
        self._job = self.place.job(self.argv, self.launcher)
        if self.window is not None:
            path = self.window.path
            env = self._job.env | {"TERM": "xterm-256color"}
            self._job = replace(self._job, stdin=path, stdout=path, stderr=path, env=env)
        self._future = self.launcher.start(self._job)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._future.done()

    @property
    def said(self) -> str:
        """What it said on standard error so far, or on its terminal."""
        if self.window is not None:
            return "\n".join(self.window.screen.rows())
        return self.place.stderr.read_text() if self.place.stderr.exists() else ""

    @property
    def shown(self) -> str:
        """What is on its standard output so far, or on its terminal."""
        return self.said if self.window is not None else self.place.stdout.read_text()

    def strike(self, number: int) -> None:
        """Send it the signal `number`."""
        self.struck_at = self.struck_at or time.monotonic()
        self.launcher.strike(self._job.number, number)

    def end(self) -> Ended:
        """Wait for its end and return it; of a terminal, the whole screen is standard output."""
        ended = self._future.result(_TIMEOUT_S)
        self.ended_at = ended.at
        if self.window is not None:
            return Ended(ended.code, self.shown.encode(), "")
        stdout = b"" if self.place.stdout.is_fifo() else self.place.stdout.read_bytes()
        return Ended(ended.code, stdout, self.place.stderr.read_text())

    @property
    def lasted_s(self) -> float:
        """Seconds from the first strike to the end."""
        return self.ended_at - self.struck_at


@contextmanager
def called(
    launcher: Launcher, folder: Path, argv: list[str], *, window: bool = False, **around: Any
) -> Iterator[Call]:
    """Start the program in `folder` and kill it after the block if it still runs then.

    Args:
        launcher: what starts it.
        folder: a folder to be made.
        argv: its arguments.
        window: whether it runs in a terminal.
        around: its surroundings.
    """
    opened = Window() if window else None
    folder.mkdir()
    call = Call(launcher, argv, Playground(folder, Surroundings(**around)), opened)
    try:
        yield call
    finally:
        if call.running:
            call.strike(9)
            with suppress(TimeoutError):
                call.end()
        if opened is not None:
            opened.close()


def left_of(form: str, ended: Ended) -> tuple[int, str, str]:
    """Return the exit code, what is left of the answer, and what was said last.

    What is left must be marked as incomplete in the way of `form`: ``text`` by the exit code only,
    ``document`` and ``events`` by their fields, ``rich`` by the rule below it.
    """
    lines = (ended.stderr or ended.text).splitlines()
    said = next(line for line in reversed(lines) if not line.startswith(_IMPORTED))
    if form == "text":
        return ended.code, ended.text.removesuffix("\n"), said
    if form == "rich":
        _, *rows = (row.strip(_RULE) for row in ended.text.splitlines())
        return ended.code, "\n".join(rows[: rows.index(_MARK)] if _MARK in rows else ()), said
    end = ended.document if form == "document" else ended.events[-1]
    assert (end["ok"], end["complete"], end["exit_code"]) == (False, False, ended.code)
    return ended.code, end["text"], said
