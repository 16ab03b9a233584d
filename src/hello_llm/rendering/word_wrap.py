"""Breaks plain text between words at the edge of a screen, while it streams."""

import re
from collections.abc import Callable

from rich.cells import cell_len

_PART = re.compile(r"\n|[ \t]+|[^ \t\n]+")
_SPACE = (" ", "\t", "\n")
_TAB = 8
_MARGIN = 20
"""How many columns must be left for a word to be shown although more of it may come."""

_LONGEST_WORD = 500
"""How many characters of a word are held back: no row of a screen is as long."""


class WordWrap:
    """Holds back the last word, since more of it may come, and the blanks before it.

    A word that is longer than a row, or written without spaces as in Chinese, is left to the
    terminal.
    """

    def __init__(self, columns: Callable[[], int]) -> None:
        """Break rows that would be longer than `columns` returns."""
        self._columns = columns
        self._column = 0
        self._blanks = self._word = ""

    def feed(self, text: str) -> str:
        """Add `text`, and return all that can be written already."""
        return "".join(map(self._add, _PART.findall(text)))

    def pause(self) -> str:
        """Return the held-back word, if it is far from the edge: no more text came for a while."""
        end = self._column + cell_len(self._blanks) + cell_len(self._word)
        return self._release() if end + _MARGIN <= self._columns() else ""

    def close(self) -> str:
        """Return the rest."""
        return self._release()

    def _add(self, part: str) -> str:
        if not part.startswith(_SPACE):
            self._word += part
            return self._release() if len(self._word) > _LONGEST_WORD else ""
        written = self._release() if self._word or part == "\n" else ""
        if part == "\n":
            self._column = 0
            return f"{written}\n"
        self._blanks += part
        return written

    def _release(self) -> str:
        blanks, word = self._blanks, self._word
        self._blanks = self._word = ""
        start, width = self._after(blanks), cell_len(word)
        breaks = blanks and word and self._column and start + width > self._columns()
        if breaks and width == len(word):
            self._column = width
            return f"\n{word}"
        self._column = start + width
        return blanks + word

    def _after(self, blanks: str) -> int:
        """Return the column after `blanks`."""
        column = self._column
        for blank in blanks:
            column += _TAB - column % _TAB if blank == "\t" else 1
        return column
