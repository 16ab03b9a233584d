"""Lays out a Markdown table in columns that fit the screen."""

from collections.abc import Iterator, Sequence

from markdown_it.rules_block.table import escapedSplit
from markdown_it.tree import SyntaxTreeNode
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.text import Text

from hello_llm.rendering.markdown.inline import inline_text, wrapped
from hello_llm.rendering.markdown.source import span

_GAP = "  "
_JUSTIFY: dict[str, JustifyMethod] = {
    "text-align:right": "right",
    "text-align:center": "center",
}


class Table:
    """A table with a header, a thin line and rows; its text cells wrap without losing text."""

    def __init__(self, node: SyntaxTreeNode, lines: Sequence[str]) -> None:
        """Read the table `node`, parsed from `lines`."""
        head, *bodies = node.children
        body = [row for part in bodies for row in part.children]
        self._header = _cells(head.children[0], "bold")
        self._body = [_cells(row, "") for row in body]
        self._justify = [
            _JUSTIFY.get(str(cell.attrs.get("style"))) for cell in head.children[0].children
        ]
        self._whole = all(_cell_count(lines[span(row)[0]]) <= len(self._header) for row in body)

    def widths(self, width: int, before: Sequence[int]) -> tuple[int, ...] | None:
        """Return column widths that fit `width`, growing from `before`, those of an earlier part.

        Return ``None`` if the columns do not fit, or if a row has more cells than the header,
        because the parser drops the extra cells.
        """
        available = width - len(_GAP) * (len(self._header) - 1)
        if available < len(self._header) * 2 or not self._whole:
            return None
        widths = list(before) or [1] * len(self._header)
        for row in (self._header, *self._body):
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], _longest_line(cell))
        return tuple(_shrunk(widths, available))

    def rows(self, console: Console, widths: Sequence[int], *, headed: bool) -> Iterator[Text]:
        """Yield the rows for `widths`; `headed` is false if an earlier part had the header."""
        if headed:
            yield from self._row(console, self._header, widths)
            yield Text(_GAP.join("─" * width for width in widths), "dim")
        for row in self._body:
            yield from self._row(console, row, widths)

    def _row(self, console: Console, row: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
        columns = [
            list(wrapped(cell, console, width)) for cell, width in zip(row, widths, strict=True)
        ]
        for index in range(max(map(len, columns))):
            line = Text(_GAP).join(
                _aligned(column[index] if index < len(column) else Text(), width, justify)
                for column, width, justify in zip(columns, widths, self._justify, strict=True)
            )
            line.rstrip()
            yield line


def _cells(row: SyntaxTreeNode, style: str) -> list[Text]:
    return [inline_text(cell.children[0], style) for cell in row.children]


def _cell_count(line: str) -> int:
    cells = escapedSplit(line.strip(" >"))
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")


def _longest_line(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))


def _shrunk(widths: list[int], available: int) -> list[int]:
    """Return `widths`, with the widest columns cut to the largest common limit that fits."""
    if sum(widths) <= available:
        return widths
    low, high = 1, max(widths)
    while low < high:
        limit = (low + high + 1) // 2
        if sum(min(width, limit) for width in widths) <= available:
            low = limit
        else:
            high = limit - 1
    return [min(width, low) for width in widths]


def _aligned(text: Text, width: int, justify: JustifyMethod | None) -> Text:
    text = text.copy()
    text.rstrip()
    spare = max(0, width - cell_len(text.plain))
    before = {"right": spare, "center": spare // 2}.get(justify or "", 0)
    text.pad_left(before)
    text.pad_right(spare - before)
    return text
