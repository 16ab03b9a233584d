"""Redraws the changing rows at the bottom of the screen."""

from collections.abc import Sequence

_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_ERASE_BELOW = "\x1b[J"


class LiveTail:
    """Tracks the rows on the screen below the final ones, and replaces them.

    Each frame is a single write that leaves the terminal as it found it, with the cursor at the
    start of the row below, so there is nothing to restore whenever the program ends. Wrapping is
    off while the tail is drawn, so a character that the terminal considers wider than we do cannot
    add a row. Final rows are written with wrapping on, so they lose no text.
    """

    def __init__(self) -> None:
        """Start with nothing drawn; the cursor is at the start of a row."""
        self._cells: list[int] = []
        self._shown: list[str] = []

    def frame(
        self, columns: int, final: Sequence[str], tail: Sequence[str], cells: Sequence[int]
    ) -> str:
        """Return the text to write, which adds the `final` rows and replaces the tail.

        Args:
            columns: the current width of the screen; if it changed since the last frame, the
                terminal has rewrapped the rows drawn then.
            final: rows that never change again.
            tail: rows that the next frame replaces.
            cells: the width in cells of each row of `tail`.
        """
        if not final and list(tail) == self._shown and max(self._cells, default=0) <= columns:
            return ""
        erase = self._erase(columns)
        self._cells, self._shown = list(cells), list(tail)
        above = "".join(f"{row}\n" for row in final)
        below = "".join(f"{row}\n" for row in tail)
        return erase + above + (f"{_NO_WRAP}{below}{_WRAP}" if tail else "")

    def _erase(self, columns: int) -> str:
        rows = sum(max(1, -(-cells // columns)) for cells in self._cells)
        return f"\r\x1b[{rows}A{_ERASE_BELOW}" if rows else ""
