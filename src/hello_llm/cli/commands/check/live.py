"""The live table of the checks in progress, below the results on a terminal."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import Verdict
from hello_llm.checks.run import Run, Snapshot
from hello_llm.rendering.console import ColorChoice
from hello_llm.rendering.live_rows import LiveRows, progress
from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

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
        self._texts = texts
        self._began = clock()
        self._rows = LiveRows(terminal, "stdout", color, clock)
        self.write = self._rows.write
        self.end = self._rows.end

    def look(self, run: Run) -> None:
        """Draw the progress of `run`, if the next frame is due.

        Raises:
            OSError: the terminal is gone.
        """
        self._rows.draw(lambda console, now: self._drawn(run, console, now))

    def _drawn(self, run: Run, console: "Console", now: float) -> "Iterator[RenderableType]":
        tallest = max(1, console.height // 2 - _ROWS_AROUND)
        if under_way := run.under_way():
            yield self._table(under_way[:tallest], now)
        yield self._progress(run, now, console)

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
        return progress(console, len(decided), len(verdicts), words)


def _marks(one: Snapshot) -> "Text":
    """Return a mark for each attempt: passed, failed, in error, in progress, or still to come."""
    from rich.text import Text

    if one.planned > _MOST_MARKS:
        return Text(f"{one.verdicts.count(Verdict.PASS)} of {len(one.verdicts)} passed")
    marks = [_MARKS[verdict] for verdict in one.verdicts] + [("…", "")] * one.in_flight
    marks += [("·", "dim")] * (one.planned - len(marks))
    return Text.assemble(*marks)
