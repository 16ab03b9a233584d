"""The rows at the bottom of the screen that are drawn again and again."""

from collections.abc import Sequence

_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_ERASE_BELOW = "\x1b[J"


class LiveTail:
    """Knows how many rows are on the screen below the final ones, and replaces them.

    Each frame is one write that leaves the terminal as it found it, with the cursor at the start
    of the row below: there is nothing to restore, whenever the program ends. While the tail is
    drawn the terminal does not wrap, so a character that it thinks wider than we do cannot add a
    row; final rows are written with wrapping on, so they lose nothing.
    """

    def __init__(self) -> None:
        """Start with nothing drawn; the cursor is at the start of a row."""
        self._cells: list[int] = []
        self._shown: list[str] = []

    def frame(
        self, columns: int, final: Sequence[str], tail: Sequence[str], cells: Sequence[int]
    ) -> str:
        """The text to write that adds `final` rows and replaces the tail.

        Args:
            columns: the width of the screen as it is now; it may have changed since the last
                frame, and the terminal then has broken the drawn rows anew.
            final: rows never to be touched again.
            tail: rows to be replaced by the next frame.
            cells: the width of each row of `tail`.
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
