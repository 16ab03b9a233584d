"""Parses Markdown, and describes how one piece of it continues the piece before."""

from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from hello_llm.rendering.markdown.math import MARKERS, add_math
from hello_llm.rendering.markdown.rules import Inline, add_line_breaks, guard_links

# Precedes text that continues in the middle of a paragraph, so that the text cannot begin a list, a
# heading or another block. The sanitizer lets no noncharacter through, so no model can write it.
SENTINEL = "\ufdd0"

_INLINE = "inline"
_NO_MARKS = dict.fromkeys(map(ord, SENTINEL + MARKERS))

LISTS = frozenset({"bullet_list", "ordered_list"})
CONTAINERS = frozenset({"blockquote", "list_item"})
_MAX_NESTING = 40  # the parser drops text that is nested more deeply


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a list item."""

    written: int
    """The number in the source."""
    shown: int
    """The number that the reader sees."""


@dataclass(frozen=True, slots=True)
class Resume:
    """How a piece of Markdown continues the piece before it."""

    containers: int = 0
    """The number of quotes and list items around the first block that began earlier."""
    gap: bool = False
    """Whether a blank row precedes the first new block."""
    leaf: str = ""
    """The type of the first block if it began earlier, else empty."""
    numbers: tuple[Number | None, ...] = ()
    """The last number in each list that began earlier, outermost first."""
    widths: tuple[int, ...] = ()
    """The column widths of the table that began earlier."""

    def enter(self, node: SyntaxTreeNode) -> "Resume | None":
        """Return the state inside `node`, a container that is the first block of this piece."""
        if not self.containers:
            return None
        numbers = self.numbers[1:] if node.type == "list_item" else self.numbers
        return replace(self, containers=self.containers - 1, numbers=numbers)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Return a parser of CommonMark, tables and math, without rules that depend on later text.

    Later text can define a link or turn a line into a heading; both would change rows that are
    already on the screen. HTML is plain text, except for ``<br>``.
    """
    parser = MarkdownIt("zero")
    parser.inline = Inline()
    parser.configure("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    add_math(parser)
    add_line_breaks(parser)
    guard_links(parser)
    return parser.enable(["table", "strikethrough"]).disable(["reference", "lheading"])


def parse(source: str) -> SyntaxTreeNode:
    """Return the syntax tree of the blocks of `source`.

    Emphasis can be nested without limit, so the inline tokens of a block stay a flat list: see
    :func:`inline`.
    """
    tokens = _parser().parse(source)
    for token in tokens:
        if token.type == "inline":
            token.meta, token.children = {_INLINE: token.children}, None
    return SyntaxTreeNode(tokens)


def inline(node: SyntaxTreeNode) -> list[Token]:
    """Return the inline tokens of `node`, the inline child of a block."""
    tokens: list[Token] = node.meta[_INLINE]
    return tokens


def without_marks(source: str) -> str:
    """Return `source` without the marks that a cut inserts."""
    return source.translate(_NO_MARKS)


def span(node: SyntaxTreeNode) -> tuple[int, int]:
    """Return the first line of a block and the line after its last one."""
    if node.map is None:
        raise ValueError(f"a {node.type} is not a block")
    return node.map


def too_deep(node: SyntaxTreeNode) -> bool:
    """Return whether `node` is nested so deeply that the parser may have dropped part of it."""
    if node.type == "inline":
        return False
    return node.level >= _MAX_NESTING - 2 or any(map(too_deep, node.children))


def number_items(node: SyntaxTreeNode, resume: Resume | None) -> list[Number]:
    """Number the items of an ordered list, which continues an earlier one as `resume` says.

    Numbers are shown as written, so that a countdown counts down. A repeated number means the next
    number, so that a list of ones counts up.
    """
    before = resume.numbers[0] if resume is not None and resume.numbers else None
    begun = resume is not None and resume.containers > 0
    numbers = [before] if before is not None and begun else []
    for item in node.children[len(numbers) :]:
        written = int(item.info)
        again = before is not None and before.written == written
        before = Number(written, before.shown + 1 if before and again else written)
        numbers.append(before)
    return numbers
