"""Rows that change several times a second, below final ones, and a progress bar among them."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hello_llm.rendering.console import ColorChoice, Stream, make_console
from hello_llm.rendering.live_tail import LiveTail
from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_FRAMES_PER_SECOND = 10
_LONGEST_BAR = 24

Draw = Callable[["Console", float], "Iterable[RenderableType]"]
"""Returns what to show on a console at a time in seconds."""


class LiveRows:
    """Draws rows on a terminal, and writes final lines above them."""

    def __init__(
        self,
        terminal: Terminal,
        stream: Stream,
        color: ColorChoice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Draw on `stream` of `terminal`, which must support cursor movement."""
        self._terminal = terminal
        self._stream: Stream = stream
        self._color: ColorChoice = color
        self._clock = clock
        self._next_frame = float("-inf")
        self._tail = LiveTail()
        self._rows: list[str] = []
        self._cells: list[int] = []

    def write(self, text: str) -> None:
        """Write whole lines permanently, above the rows.

        Raises:
            OSError: the terminal is gone.
        """
        self._frame(text.splitlines())

    def draw(self, draw: Draw) -> None:
        """Draw the rows anew, if the next frame is due.

        Raises:
            OSError: the terminal is gone.
        """
        now = self._clock()
        if now < self._next_frame:
            return
        self._next_frame = now + 1 / _FRAMES_PER_SECOND
        console = make_console(self._terminal, self._stream, self._color)
        with console.capture() as capture:
            for renderable in draw(console, now):
                console.print(renderable)
        self._rows = [row.rstrip() for row in capture.get().splitlines()]
        self._cells = [_cells(row) for row in self._rows]
        self._frame([])

    def end(self) -> None:
        """Remove the rows until they are drawn again.

        Raises:
            OSError: the terminal is gone.
        """
        self._rows, self._cells = [], []
        self._next_frame = float("-inf")
        self._frame([])

    def _frame(self, final: Sequence[str]) -> None:
        columns, _ = self._terminal.size()
        text = self._tail.frame(columns, final, self._rows, self._cells)
        if not text:
            return
        data = text.encode(errors="replace")
        if self._stream == "stdout":
            self._terminal.write_stdout(data)
        else:
            self._terminal.write_stderr(data)


def progress(console: "Console", done: int, total: int, words: Iterable[str]) -> "RenderableType":
    """Return a progress bar with words after it."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    width = max(1, min(_LONGEST_BAR, console.width // 3))
    bar = ProgressBar(total=max(1, total), completed=done, width=width)
    row = Table.grid(padding=(0, 1))
    row.add_column()
    row.add_column(no_wrap=True, overflow="ellipsis")
    row.add_row(bar, ", ".join(words))
    return row


def _cells(row: str) -> int:
    """Return the width of `row` on the screen."""
    from rich.text import Text

    return Text.from_ansi(row).cell_len
