"""The live table of the checks in progress, below the results on a terminal."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import Verdict
from hello_llm.checks.run import Run, Snapshot
from hello_llm.rendering.console import ColorChoice, make_console
from hello_llm.rendering.live_tail import LiveTail
from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_FRAMES_PER_SECOND = 10
_LONGEST_BAR = 24
_MOST_MARKS = 10
_MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.ERROR: ("!", "yellow"),
}
_LONG_WAIT_S = 1.0
_ROWS_AROUND = 2
"""The header of the table, and the progress bar below it."""


class LiveTable:
    """Draws the checks in progress and a progress bar, and writes finished lines above them."""

    def __init__(
        self,
        terminal: Terminal,
        texts: Texts,
        color: ColorChoice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Draw on `terminal`, which must support cursor movement."""
        self._terminal = terminal
        self._texts = texts
        self._color = color
        self._clock = clock
        self._began = clock()
        self._next_frame = float("-inf")
        self._tail = LiveTail()
        self._rows: list[str] = []
        self._cells: list[int] = []

    def write(self, text: str) -> None:
        """Write whole lines permanently, above the table.

        Raises:
            OSError: the terminal is gone.
        """
        self._frame(text.splitlines())

    def look(self, run: Run) -> None:
        """Draw the progress of `run`, if the next frame is due.

        Raises:
            OSError: the terminal is gone.
        """
        now = self._clock()
        if now < self._next_frame:
            return
        self._next_frame = now + 1 / _FRAMES_PER_SECOND
        console = make_console(self._terminal, "stdout", self._color)
        tallest = max(1, console.height // 2 - _ROWS_AROUND)
        under_way = run.under_way()
        with console.capture() as capture:
            if under_way:
                console.print(self._table(under_way[:tallest], now))
            console.print(self._progress(run, now, console))
        self._rows = [row.rstrip() for row in capture.get().splitlines()]
        self._cells = [_cells(row) for row in self._rows]
        self._frame([])

    def end(self) -> None:
        """Remove the table.

        Raises:
            OSError: the terminal is gone.
        """
        self._rows, self._cells = [], []
        self._frame([])

    def _frame(self, final: Sequence[str]) -> None:
        columns, _ = self._terminal.size()
        text = self._tail.frame(columns, final, self._rows, self._cells)
        if text:
            self._terminal.write_stdout(text.encode(errors="replace"))

    def _table(self, under_way: Sequence[Snapshot], now: float) -> "RenderableType":
        from rich.table import Table

        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("running", ratio=2, no_wrap=True, overflow="ellipsis")
        table.add_column("model", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
        table.add_column("attempts", no_wrap=True)
        table.add_column("time", justify="right", no_wrap=True)
        table.expand = True
        for one in under_way:
            name, model = self._texts.line(one.name), self._texts.line(one.model)
            table.add_row(name, model, _marks(one), f"{now - one.began:.1f} s")
        return table

    def _progress(self, run: Run, now: float, console: "Console") -> "RenderableType":
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        verdicts = run.verdicts()
        decided = [verdict for verdict in verdicts if verdict is not None]
        words = [f"{len(decided)} of {len(verdicts)}"]
        for verdict, word in ((Verdict.FAIL, "failed"), (Verdict.ERROR, "in error")):
            if count := decided.count(verdict):
                words.append(f"{count} {word}")
        words.append(f"{now - self._began:.0f} s")
        words += [
            f"waiting {seconds:.0f} s for {self._texts.line(host)}"
            for host, seconds in run.waits().items()
            if seconds >= _LONG_WAIT_S
        ]
        bar = ProgressBar(
            total=max(1, len(verdicts)),
            completed=len(decided),
            width=max(1, min(_LONGEST_BAR, console.width // 3)),
        )
        row = Table.grid(padding=(0, 1))
        row.add_column()
        row.add_column(no_wrap=True, overflow="ellipsis")
        row.add_row(bar, ", ".join(words))
        return row


def _cells(row: str) -> int:
    """Return the width of `row` on the screen."""
    from rich.text import Text

    return Text.from_ansi(row).cell_len


def _marks(one: Snapshot) -> "Text":
    """Return a mark for each attempt: passed, failed, in error, in progress, or still to come."""
    from rich.text import Text

    if one.planned > _MOST_MARKS:
        return Text(f"{one.verdicts.count(Verdict.PASS)} of {len(one.verdicts)} passed")
    marks = [_MARKS[verdict] for verdict in one.verdicts] + [("…", "")] * one.in_flight
    marks += [("·", "dim")] * (one.planned - len(marks))
    return Text.assemble(*marks)
