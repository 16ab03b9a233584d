"""Lays out growing Markdown: rows become final as soon as no later text can change them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from markdown_it.tree import SyntaxTreeNode
from rich.text import Text

from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.cut import Cut, cut
from hello_llm.rendering.markdown.math import BLOCK
from hello_llm.rendering.markdown.source import Resume, parse, span, without_marks
from hello_llm.rendering.markdown.tables import Table

_SLICE = 4096
_LONGEST_TAIL = 8192
_SHORTEST_LIMIT = 1024
_MANY_BLANKS = 256
_ENDED_BY_BLANK_LINE = frozenset({"paragraph", "heading", "hr", "table", "blockquote", BLOCK})
_LONGEST_BREAK = 16
_HALF_BREAK = re.compile(r"<(?:b(?:r[ \t]*/?)?)?$", re.IGNORECASE)
_BLANK_LINES = re.compile(r"(?: *\n)+")


class MarkdownStream:
    """Turns sanitized Markdown into rows; only the tail, the last block, is ever reparsed.

    A tail that grows too tall or too long is cut, and its head becomes final, so the work for each
    character is bounded, regardless of the length of the text.
    """

    def __init__(self, layout: BlockLayout) -> None:
        """Begin a text, whose blocks `layout` lays out."""
        self._layout = layout
        self._waiting = ""
        self._tail = ""
        self._resume = Resume()
        self._any_rows = False
        self._tree: SyntaxTreeNode | None = None
        self._rows: tuple[int, list[Text]] | None = None

    @property
    def waiting(self) -> bool:
        """Whether so much text is waiting that it should be laid out before more arrives."""
        return len(self._waiting) >= _SLICE

    def feed(self, text: str) -> None:
        """Add the next piece of the text, without laying it out yet."""
        self._waiting += text

    def advance(self, width: int, tallest: int) -> list[Text]:
        """Return the rows that are now final; the remaining tail fills at most `tallest` rows."""
        end = _end_of_whole(self._waiting, len(self._waiting))
        text, self._waiting = self._waiting[:end], self._waiting[end:]
        return self._take(text, width, tallest)

    def tail(self, width: int) -> list[Text]:
        """Return the rows that are not final yet."""
        if self._rows is None or self._rows[0] != width:
            root = self._parsed()
            rows = self._layout.rows_of(root, root.children, self._tail, width, self._resume)
            self._rows = (width, rows)
        return self._rows[1]

    def finish(self, width: int) -> list[Text]:
        """End the text, and return all remaining rows."""
        text, self._waiting = self._waiting, ""
        final = self._take(text, width, _LONGEST_TAIL) + self.tail(width)
        self._go_on("", Resume(), final)
        return final

    def _take(self, text: str, width: int, tallest: int) -> list[Text]:
        final: list[Text] = []
        start = 0
        while start < len(text):
            end = start + _SLICE
            end = _end_of_whole(text, end) if end < len(text) else end
            self._set_tail((self._tail + text[start:end]).expandtabs(4))
            final += self._finished_blocks(width)
            final += self._overflow(width, tallest)
            start = end
        return final

    def _parsed(self) -> SyntaxTreeNode:
        if self._tree is None:
            self._tree = parse(self._tail)
        return self._tree

    def _finished_blocks(self, width: int) -> list[Text]:
        root = self._parsed()
        lines = self._tail.split("\n")
        count, end = _finished(root.children, lines)
        if not count:
            return []
        finished = root.children[:count]
        rows = self._layout.rows_of(root, finished, self._tail, width, self._resume)
        self._go_on("\n".join(lines[end:]), None, rows)
        return rows

    def _overflow(self, width: int, tallest: int) -> list[Text]:
        final: list[Text] = []
        longest = min(_LONGEST_TAIL, max(_SHORTEST_LIMIT, 2 * width * tallest))
        while len(self._tail) > longest or len(wrap_rows(self.tail(width), width)) > tallest:
            parts = self._cut(width)
            if parts is None or not self._is_shortened_by(parts):
                self._drop_last_blanks()
                break
            rows = self._layout.rows(parts.head, width, self._resume)
            final += rows
            self._go_on(parts.rest, parts.resume, rows)
        return final

    def _is_shortened_by(self, parts: Cut) -> bool:
        """Return whether a cut leaves less text, not counting a repeated but hidden table head."""
        if parts.resume.leaf == "table" != self._resume.leaf:
            return True
        return _length(parts.rest) < _length(self._tail)

    def _cut(self, width: int) -> Cut | None:
        def row_texts(source: str) -> list[str]:
            rows = self._layout.rows(source, width, self._resume)
            return [row.plain for row in wrap_rows(rows, width)]

        root = self._parsed()
        parts = cut(self._tail, root, self._resume, row_texts)
        if parts is None or parts.resume.leaf != "table" or root.children[-1].type != "table":
            return parts
        table = Table(root.children[-1], self._tail.split("\n"))
        widths = table.widths(width, self._resume.widths) or ()
        return replace(parts, resume=replace(parts.resume, widths=widths))

    def _go_on(self, tail: str, resume: Resume | None, rows: list[Text]) -> None:
        self._any_rows = self._any_rows or bool(rows)
        self._resume = resume or Resume(gap=self._any_rows)
        self._set_tail(tail)

    def _set_tail(self, tail: str) -> None:
        """Set the tail, without the meaningless blank lines before its first block."""
        within = self._resume.containers or self._resume.leaf
        blank = None if within else _BLANK_LINES.match(tail)
        self._tail = tail[blank.end() :] if blank else tail
        self._tree = self._rows = None

    def _drop_last_blanks(self) -> None:
        """Shorten many blank lines or spaces at the end to one, which means the same."""
        text = self._tail.rstrip(" \n")
        blanks = self._tail[len(text) :]
        if len(blanks) > _MANY_BLANKS:
            self._set_tail(text + ("\n\n" if "\n" in blanks else " "))


def _end_of_whole(text: str, end: int) -> int:
    """Return `end`, or the start of a ``<br>`` that `end` would split, so that no half is shown."""
    half = _HALF_BREAK.search(text, max(0, end - _LONGEST_BREAK), end)
    return half.start() if half else end


def _length(source: str) -> int:
    return len(without_marks(source))


def _finished(blocks: Sequence[SyntaxTreeNode], lines: Sequence[str]) -> tuple[int, int]:
    """Return the number of leading `blocks` that no later text can change, and the line after them.

    A block is finished when a blank line ends it, or when the complete first line of another block
    follows it. An incomplete line may still begin any block.
    """
    last = len(lines) - 1
    if blocks and span(blocks[-1])[0] == last:
        blocks = blocks[:-1]
    if not blocks:
        return 0, 0
    start, end = span(blocks[-1])
    if blocks[-1].type in _ENDED_BY_BLANK_LINE and end < last and not lines[end].strip():
        return len(blocks), end
    return len(blocks) - 1, start
