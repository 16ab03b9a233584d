"""Cuts Markdown source in two, so that the second part continues where the first ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markdown_it.tree import SyntaxTreeNode

from hello_llm.rendering.markdown.blocks import gap_between
from hello_llm.rendering.markdown.math import BLOCK, MARKERS, Spans, going_on
from hello_llm.rendering.markdown.row_start import RowStart, RowTexts
from hello_llm.rendering.markdown.source import (
    CONTAINERS,
    LISTS,
    SENTINEL,
    Number,
    Resume,
    number_items,
    parse,
    span,
    too_deep,
)

_MARKER = re.compile(r" *(?:[-+*]|\d{1,9}[.)])")
_QUOTE = re.compile(r"^ {0,3}> ?")
_OPENING = re.compile(f"(?:#+ +|`+|~+| +)?[{SENTINEL}{MARKERS}]?")
# The number of lines that open a block; every part of the block begins with them.
_OPENING_LINES = {"fence": 1, "table": 2}


@dataclass(frozen=True, slots=True)
class Cut:
    """Markdown source in two parts."""

    head: str
    """The source of the first part."""
    rest: str
    """The source of the second part, which reopens the blocks that were open at the cut."""
    resume: Resume
    """How the second part continues the first."""


def cut(source: str, root: SyntaxTreeNode, resume: Resume, row_texts: RowTexts) -> Cut | None:
    """Cut `source` as late as possible without damage; ``None`` if nothing can be cut off.

    The cut is before the last block or list item if anything precedes it; else before the last
    line of that block; else within its only line, at the end of a row.
    """
    if not root.children:
        return None
    lines = source.split("\n")
    path = _last_path(root)
    first, end = span(path[-1])
    if 0 < first == len(lines) - 1:
        parts = _cut_above(lines, resume, row_texts)
        if parts is not None:
            return parts
    if first > 0:
        return _Cutter(lines, root, path, resume, first).before_block()
    kind = _kind(path[-1])
    opening = _OPENING_LINES.get(kind, 0)
    opening_is_seen = resume.leaf != kind and (kind == "table" or path[-1].info.strip() != "")
    line, column = (end - 1, 0) if kind != "paragraph" else _whole_spans(lines[:end])
    if line >= (opening if opening and opening_is_seen else opening + 1):
        return _Cutter(lines, root, path, resume, line).before_line(kind)
    line = 0 if kind == "table" and end <= opening else line
    return _Cutter(lines, root, path, resume, line).within_line(kind, row_texts, column or None)


def _whole_spans(lines: list[str]) -> tuple[int, int]:
    """Return the last line that begins outside math and code, and the column to cut before.

    This is the last of `lines`, and column 0, unless a span continues into it. Otherwise it is the
    line and the column at which the span begins.
    """
    text = "\n".join(lines)
    spans = Spans(text)
    line, column = len(lines) - 1, 0
    while line > 0:
        start = spans.around(len("\n".join(lines[:line])))
        if start is None:
            break
        line = text.count("\n", 0, start)
        column = start - (text.rfind("\n", 0, start) + 1)
    return line, column


def _cut_above(lines: list[str], resume: Resume, row_texts: RowTexts) -> Cut | None:
    """Cut the source above the last line, which is incomplete and may begin any block."""
    above = "\n".join(lines[:-1]) + "\n"
    parts = cut(above, parse(above), resume, row_texts)
    return None if parts is None else replace(parts, rest=parts.rest + lines[-1])


def _last_path(root: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """Return the last block, the last block inside it, and so on down to the innermost."""
    path = [root.children[-1]]
    while path[-1].type in CONTAINERS | LISTS and path[-1].children and not too_deep(path[0]):
        path.append(path[-1].children[-1])
    return path


def _kind(leaf: SyntaxTreeNode) -> str:
    return "paragraph" if too_deep(leaf) else leaf.type


class _Cutter:
    """Cuts before or within one line of the last block."""

    def __init__(
        self,
        lines: list[str],
        root: SyntaxTreeNode,
        path: list[SyntaxTreeNode],
        resume: Resume,
        line: int,
    ) -> None:
        self._lines = lines
        self._root = root
        self._path = path
        self._resume = resume
        self._line = line
        self._above = [*lines[:line], ""]  # whole lines: the last one ends with a newline too
        begun = max(line, 1)
        self._begun = [node for node in path if span(node)[0] < begun]
        containers = [node for node in self._begun[: len(path) - 1] if node.type in CONTAINERS]
        self._openers = _openers(containers, lines)

    def before_block(self) -> Cut:
        content = _peel(self._lines[self._line], self._openers)
        first = "".join(self._openers) + content if self._openers else self._lines[self._line]
        return self._cut(self._above, [first], leaf="", gap=self._gap())

    def before_line(self, kind: str) -> Cut:
        line = self._lines[self._line]
        if kind in _OPENING_LINES:
            opening = [self._fence()] if kind == "fence" else self._lines[:2]
            return self._cut(self._above, [*opening, line], leaf=kind)
        content = _peel(line, self._openers)
        if kind == BLOCK:
            content = going_on(self._path[-1].markup, content)
        elif kind != "code_block":
            # Only a number can begin a block here although it did not do so after the line above.
            content = content.lstrip(" ")
            content = SENTINEL + content if content[:1].isdigit() else content
        return self._cut(self._above, ["".join(self._openers) + content], leaf=kind)

    def within_line(self, kind: str, row_texts: RowTexts, column: int | None) -> Cut | None:
        line = self._lines[self._line]
        content = _peel(line, self._openers)
        opening = _OPENING.match(content)
        before = len(line) - len(content) + (opening.end() if opening else 0)
        spans = Spans(line if kind in {"paragraph", "heading"} else "")
        ended = "\n" if kind == BLOCK else ""  # only a complete line opens a block of math

        def rows(text: str) -> list[str]:
            return row_texts(text + ended)

        at, end = None, column
        while at is None or end is not None:
            place = RowStart(self._lines[: self._line], line[:end], before + 1, rows)
            at = place.find(whole_words=kind not in {"fence", "code_block"})
            if at is None:
                return None
            end = spans.around(at)
        head = [*self._lines[: self._line], line[:at] + ended]
        prefix = "".join(self._openers)
        after = line[at:]
        match kind:
            case "fence" if self._line > 0:
                inner = line[: len(line) - len(content)]
                return self._cut(head, [self._fence(), inner + after], leaf=kind)
            case "fence":
                fence = self._path[-1].markup
                return self._cut(head, [prefix + fence + after], leaf="")
            case "code_block":
                return self._cut(head, [f"{prefix}    {after}"], leaf=kind)
            case "heading":
                hashes = self._path[-1].markup
                again = f"{prefix}{hashes} {SENTINEL}{after.lstrip(' ')}"
                return self._cut(head, [again], leaf=kind)
            case "math_block":
                opened_with = self._path[-1].markup
                inside = content[: len(content) - len(after)]
                inside = inside if self._line else inside.removeprefix(opened_with)
                again = prefix + going_on(opened_with, after, inside)
                return self._cut(head, [again], leaf=kind)
            case _:
                again = prefix + SENTINEL + after.lstrip(" ")
                return self._cut(head, [again], leaf="paragraph")

    def _cut(self, head: list[str], first: list[str], *, leaf: str, gap: bool = False) -> Cut:
        resume = Resume(
            containers=len(self._openers), gap=gap, leaf=leaf, numbers=tuple(self._numbers())
        )
        rest = [*first, *self._lines[self._line + 1 :]]
        return Cut("\n".join(head), "\n".join(rest), resume)

    def _fence(self) -> str:
        """Return the line that opens the fence, without bars, which could make it a table head."""
        return self._lines[0].replace("|", " ")

    def _gap(self) -> bool:
        parent = ([self._root, *self._begun])[-1]
        before = [node for node in parent.children if span(node)[0] < self._line]
        new = self._path[len(self._begun)]
        return bool(before) and gap_between(parent, before[-1].type, new)

    def _numbers(self) -> list[Number | None]:
        """Return the number of the last item begun in each list on the path."""
        numbers: list[Number | None] = []
        way: Resume | None = self._resume
        parent = self._root
        for node in self._path:
            if node is not parent.children[0]:
                way = None
            if node.type in CONTAINERS and way is not None:
                way = way.enter(node)
            if node.type in LISTS and node in self._begun:
                numbers.append(self._last_number(node, way))
            parent = node
        return numbers

    def _last_number(self, node: SyntaxTreeNode, way: Resume | None) -> Number | None:
        if node.type != "ordered_list":
            return None
        begun = sum(span(item)[0] < max(self._line, 1) for item in node.children)
        return number_items(node, way)[begun - 1]


def _openers(containers: Sequence[SyntaxTreeNode], lines: list[str]) -> list[str]:
    """Return the openings of `containers`, as wide as in the source."""
    openers: list[str] = []
    for node in containers:
        line = _peel(lines[span(node)[0]], openers)
        marker = _MARKER.match(line)
        if node.type == "blockquote" or marker is None:
            openers.append("> ")
            continue
        content = line[marker.end() :]
        spaces = len(content) - len(content.lstrip(" "))
        one = not content.strip() or spaces > 4
        openers.append(marker[0] + " " * (1 if one else spaces))
    return openers


def _peel(line: str, openers: Sequence[str]) -> str:
    """Return `line` without the markers and the indentation of its containers."""
    for opener in openers:
        if opener == "> ":
            line = _QUOTE.sub("", line, count=1)
        elif line[: len(opener)].strip(" ") in {"", opener.strip(" ")}:
            line = line[len(opener) :]
        else:
            line = line.lstrip(" ")
    return line
