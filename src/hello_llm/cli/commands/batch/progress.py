"""Shows how far a batch has come: a bar on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable
from typing import Protocol

from hello_llm.batch.summary import progress_words, span
from hello_llm.batch.tally import Tally
from hello_llm.cli.display import Display
from hello_llm.rendering.live_rows import LiveRows, progress

_LOG_S = 30.0
_LONG_WAIT_S = 1.0

Waits = Callable[[], dict[str, float]]
"""Returns the seconds that are left of each host's pause."""


class Progress(Protocol):
    """Shows how far a run has come."""

    def look(self) -> None:
        """Show it, if that is due."""
        ...

    def end(self) -> None:
        """Make room for messages."""
        ...


def choose_progress(display: Display, tally: Tally, waits: Waits, *, quiet: bool) -> Progress:
    """Return what shows the progress on standard error."""
    if quiet:
        return _Nothing()
    terminal = display.terminal
    if terminal.stderr_is_tty and not terminal.dumb:
        return _Bar(display, tally, waits)
    return _Log(display, tally, waits)


class _Nothing:
    """Shows nothing."""

    def look(self) -> None:
        return None

    def end(self) -> None:
        return None


class _Bar:
    """A progress bar in the last row of the terminal."""

    def __init__(self, display: Display, tally: Tally, waits: Waits) -> None:
        self._rows = LiveRows(display.terminal, "stderr", display.view.color)
        self._tally = tally
        self._waits = waits
        self.end = self._rows.end

    def look(self) -> None:
        tally = self._tally
        words = [*progress_words(tally), *_waiting(self._waits())]
        self._rows.draw(lambda console, _: [progress(console, tally.done, tally.rows, words)])


class _Log:
    """A line in a log, every 30 seconds."""

    def __init__(
        self,
        display: Display,
        tally: Tally,
        waits: Waits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._note = display.messages.note
        self._tally = tally
        self._waits = waits
        self._clock = clock
        self._next = clock() + _LOG_S

    def look(self) -> None:
        if self._clock() >= self._next:
            self._next = self._clock() + _LOG_S
            self._note(", ".join([*progress_words(self._tally), *_waiting(self._waits())]))

    def end(self) -> None:
        return None


def _waiting(waits: dict[str, float]) -> list[str]:
    return [
        f"waiting {span(left_s)} for {host}"
        for host, left_s in waits.items()
        if left_s >= _LONG_WAIT_S
    ]
