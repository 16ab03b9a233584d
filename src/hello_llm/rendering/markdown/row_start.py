"""Finds where the last row of a line begins, which is where the line can be cut."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable

from hello_llm.rendering.markdown.rules import LINE_BREAK

RowTexts = Callable[[str], list[str]]
"""Returns the rows of a source, as plain text."""

# A longer line is cut in the middle if no row ends in it.
_LONG_LINE = 1024


class RowStart:
    """Finds the column of a line at which its last row begins."""

    def __init__(self, above: list[str], line: str, low: int, row_texts: RowTexts) -> None:
        """Search `line`, which follows the lines `above`, from the column `low` on."""
        self._above = above
        self._line = line
        self._low = low
        self._row_texts = row_texts

    def find(self, *, whole_words: bool) -> int | None:
        """Return the column; ``None`` if the line is short and has only one row."""
        end = len(self._line.rstrip(" "))
        if self._low >= end:
            return None
        rows = self._rows(end)
        at = end - len(rows[-1]) if rows else end
        seamless = self._line[:end].endswith(rows[-1] if rows else "") and at >= self._low
        if not seamless or self._rows(at) != rows[:-1]:
            return self._search(end, rows, whole_words=whole_words)
        return self._between_characters(at)

    def _rows(self, at: int) -> list[str]:
        return self._row_texts("\n".join([*self._above, self._line[:at]]))

    def _search(self, end: int, rows: list[str], *, whole_words: bool) -> int | None:
        """Return roughly the last column before which the text fills all rows but the last."""
        height = len(rows) - 1
        if height < 1 or len(self._rows(self._low)) > height:
            middle = (self._low + end) // 2
            return self._between_characters(middle) if end > _LONG_LINE else None
        step = max(1, len(rows[-1]))
        high, low = end, max(self._low, end - step)
        while low > self._low and len(self._rows(low)) > height:
            step *= 2
            high, low = low, max(self._low, low - step)
        places = list(range(low, high))
        if whole_words:
            low = self._line.rfind(" ", self._low, low) + 1 or low
            places = [low, *self._word_starts(low, high)]
        too_late = bisect_right(places, height, lo=1, key=lambda at: len(self._rows(at)))
        return self._between_characters(places[too_late - 1])

    def _word_starts(self, low: int, high: int) -> list[int]:
        after_spaces = {at + 1 for at in range(low, high - 1) if self._line[at] == " "}
        return sorted(
            after_spaces | {found.end() for found in LINE_BREAK.finditer(self._line, low, high)}
        )

    def _between_characters(self, at: int) -> int:
        """Move back from the middle of an emoji, an accented letter or an escape."""
        while at > self._low and (
            _extends(self._line[at : at + 1]) or self._line[at - 1] == "\u200d"
        ):
            at -= 1
        before = self._line[self._low : at]
        return at - (len(before) - len(before.rstrip("\\"))) % 2


def _extends(character: str) -> bool:
    return character != "" and (
        unicodedata.combining(character) > 0
        or unicodedata.category(character) in {"Mn", "Me", "Sk"}
        or character == "\u200d"
    )
