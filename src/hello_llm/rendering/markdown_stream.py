"""Markdown that grows: rows are handed out for good as soon as nothing can change them."""

import re
from dataclasses import replace

from rich.text import Text

from hello_llm.rendering.markdown_blocks import BlockLayout, fold
from hello_llm.rendering.markdown_cut import Cut, cut
from hello_llm.rendering.markdown_source import Resume, parse, span
from hello_llm.rendering.markdown_tables import Table

_SLICE = 4096
_LONGEST_TAIL = 8192
_BLANK_LINES = re.compile(r"(?: *\n)+")


class MarkdownStream:
    """Turns sanitized Markdown into rows; only the tail, the last block, is ever parsed again.

    A tail that gets taller than allowed, or too long, is cut and its head handed out, so the
    work for each character is bounded, whatever the length of the text.
    """

    def __init__(self, layout: BlockLayout) -> None:
        """Begin a text; `layout` lays its blocks out."""
        self._layout = layout
        self._waiting = ""
        self._tail = ""
        self._resume = Resume()
        self._any_rows = False

    @property
    def waiting(self) -> bool:
        """True if so much text waits that it should be laid out before more comes."""
        return len(self._waiting) >= _SLICE

    def feed(self, text: str) -> None:
        """Take in the next piece of the text; nothing is laid out yet."""
        self._waiting += text

    def advance(self, width: int, tallest: int) -> list[Text]:
        """Return the rows that are now final; what remains fills at most `tallest` rows."""
        final: list[Text] = []
        waiting, self._waiting = self._waiting, ""
        for start in range(0, len(waiting), _SLICE):
            self._tail = (self._tail + waiting[start : start + _SLICE]).expandtabs(4)
            self._drop_blank_lines()
            final += self._finished_blocks(width)
            final += self._overflow(width, tallest)
        return final

    def tail(self, width: int) -> list[Text]:
        """Return the rows of what is not final yet."""
        return self._layout.rows(self._tail, width, self._resume)

    def finish(self, width: int) -> list[Text]:
        """Return all rows that are left; the text has ended."""
        final = self.advance(width, _LONGEST_TAIL) + self.tail(width)
        self._go_on("", Resume(), final)
        return final

    def _finished_blocks(self, width: int) -> list[Text]:
        """Hand out the blocks before the last, once its first line shows that it is one."""
        root = parse(self._tail)
        if len(root.children) < 2:
            return []
        start = span(root.children[-1])[0]
        lines = self._tail.split("\n")
        if start == len(lines) - 1:
            return []
        finished = root.children[:-1]
        rows = self._layout.rows_of(root, finished, self._tail, width, self._resume)
        self._go_on("\n".join(lines[start:]), None, rows)
        return rows

    def _overflow(self, width: int, tallest: int) -> list[Text]:
        final: list[Text] = []
        while len(self._tail) > _LONGEST_TAIL or len(fold(self.tail(width), width)) > tallest:
            parts = self._cut(width)
            if parts is None or parts.rest == self._tail:
                break
            rows = self._layout.rows(parts.head, width, self._resume)
            final += rows
            self._go_on(parts.rest, parts.resume, rows)
        return final

    def _cut(self, width: int) -> Cut | None:
        def row_texts(source: str) -> list[str]:
            rows = self._layout.rows(source, width, self._resume)
            return [row.plain for row in fold(rows, width)]

        root = parse(self._tail)
        parts = cut(self._tail, root, self._resume, row_texts)
        if parts is None or parts.resume.leaf != "table" or root.children[-1].type != "table":
            return parts
        table = Table(root.children[-1], self._tail.split("\n"))
        widths = table.widths(width, self._resume.widths) or ()
        return replace(parts, resume=replace(parts.resume, widths=widths))

    def _go_on(self, tail: str, resume: Resume | None, rows: list[Text]) -> None:
        self._any_rows = self._any_rows or bool(rows)
        self._tail = tail
        self._resume = resume or Resume(gap=self._any_rows)

    def _drop_blank_lines(self) -> None:
        """Blank lines before the first block mean nothing, and there may be many."""
        if not self._resume.containers and not self._resume.leaf:
            blank = _BLANK_LINES.match(self._tail)
            self._tail = self._tail[blank.end() :] if blank else self._tail
