"""Shows how far a batch has come: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from hello_llm.batch.summary import progress_words, span
from hello_llm.batch.tally import Tally
from hello_llm.cli.display import Display
from hello_llm.engine.pace import HostPace
from hello_llm.rendering.live_rows import LiveRows, progress

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_LOG_S = 30.0
_LONG_WAIT_S = 1.0

Paces = Callable[[], Sequence[HostPace]]
"""Returns the pace of each host that is asked."""


class Progress(Protocol):
    """Shows how far a run has come."""

    def look(self) -> None:
        """Show the progress, if the next frame or line is due."""
        ...

    def end(self) -> None:
        """Make room for messages."""
        ...


def choose_progress(display: Display, tally: Tally, paces: Paces, *, quiet: bool) -> Progress:
    """Choose how to show the progress on standard error."""
    if quiet:
        return _Nothing()
    terminal = display.terminal
    if terminal.stderr_is_tty and not terminal.dumb:
        return _Bar(display, tally, paces)
    return _Log(display, tally, paces)


class _Nothing:
    """Shows nothing."""

    def look(self) -> None:
        return None

    def end(self) -> None:
        return None


class _Bar:
    """A progress bar in the last row of the terminal."""

    def __init__(self, display: Display, tally: Tally, paces: Paces) -> None:
        self._rows = LiveRows(display.terminal, "stderr", display.view.color)
        self._tally = tally
        self._paces = paces
        self.end = self._rows.end

    def look(self) -> None:
        self._rows.draw(self._drawn)

    def _drawn(self, console: "Console", _now: float) -> "list[RenderableType]":
        words = [*progress_words(self._tally), *_slowed(self._paces())]
        return [progress(console, self._tally.done, self._tally.rows, words)]


class _Log:
    """A line in a log, every 30 seconds."""

    def __init__(
        self,
        display: Display,
        tally: Tally,
        paces: Paces,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._note = display.messages.note
        self._tally = tally
        self._paces = paces
        self._clock = clock
        self._next = clock() + _LOG_S

    def look(self) -> None:
        if self._clock() >= self._next:
            self._next = self._clock() + _LOG_S
            self._note(", ".join([*progress_words(self._tally), *_slowed(self._paces())]))

    def end(self) -> None:
        return None


def _slowed(paces: Sequence[HostPace]) -> Iterator[str]:
    """Say which hosts are waited for, or asked fewer rows at a time than they might be."""
    for pace in paces:
        if pace.wait_s >= _LONG_WAIT_S:
            yield f"waiting {span(pace.wait_s)} for {pace.host}"
        elif pace.is_slowed:
            yield f"{pace.host} bears {pace.limit} at a time"
