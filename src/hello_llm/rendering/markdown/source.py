"""Parses Markdown, and remembers how a piece of it goes on from the piece before."""

from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from hello_llm.rendering.markdown.math import MARKERS, add_math
from hello_llm.rendering.markdown.rules import Inline, add_line_breaks, guard_links

# Put before text that goes on in the middle of a paragraph, so that it cannot begin a list, a
# heading or anything else. The sanitizer lets no noncharacter through, so no model can write it.
SENTINEL = "\ufdd0"

_INLINE = "inline"
_NO_MARKS = dict.fromkeys(map(ord, SENTINEL + MARKERS))

LISTS = frozenset({"bullet_list", "ordered_list"})
CONTAINERS = frozenset({"blockquote", "list_item"})
_MAX_NESTING = 40  # beyond it the parser drops text


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a list item."""

    written: int
    """As it stands in the source."""
    shown: int
    """As the reader sees it."""


@dataclass(frozen=True, slots=True)
class Resume:
    """How a piece of Markdown goes on from the piece before it."""

    containers: int = 0
    """How many quotes and list items around the first block were begun before."""
    gap: bool = False
    """A blank row goes before the first block that is new."""
    leaf: str = ""
    """The type of the first block, if it was begun before."""
    numbers: tuple[Number | None, ...] = ()
    """The last number shown in each list begun before, outermost first."""
    widths: tuple[int, ...] = ()
    """The column widths of the table begun before."""

    def enter(self, node: SyntaxTreeNode) -> "Resume | None":
        """The state inside `node`, which is the first block here and a container."""
        if not self.containers:
            return None
        numbers = self.numbers[1:] if node.type == "list_item" else self.numbers
        return replace(self, containers=self.containers - 1, numbers=numbers)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Return CommonMark with tables and math, less what needs the rest of the text to be decided.

    A link can be defined, and a line be made a heading, by what comes later; both would change
    what is already on the screen. HTML is text, but for ``<br>``.
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

    Emphasis can be nested without end, so what a block says stays a list: see :func:`inline`.
    """
    tokens = _parser().parse(source)
    for token in tokens:
        if token.type == "inline":
            token.meta, token.children = {_INLINE: token.children}, None
    return SyntaxTreeNode(tokens)


def inline(node: SyntaxTreeNode) -> list[Token]:
    """The source text of `node`, the inline child of a block."""
    tokens: list[Token] = node.meta[_INLINE]
    return tokens


def without_marks(source: str) -> str:
    """Return `source` without what a cut puts into it."""
    return source.translate(_NO_MARKS)


def span(node: SyntaxTreeNode) -> tuple[int, int]:
    """Return the first line of a block, and the line after its last."""
    if node.map is None:
        raise ValueError(f"a {node.type} is not a block")
    return node.map


def too_deep(node: SyntaxTreeNode) -> bool:
    """Tell whether `node` is nested so deep that the parser may have dropped some of it."""
    if node.type == "inline":
        return False
    return node.level >= _MAX_NESTING - 2 or any(map(too_deep, node.children))


def number_items(node: SyntaxTreeNode, resume: Resume | None) -> list[Number]:
    """Number the items of an ordered list, the first block of what goes on as `resume` says.

    Numbers are shown as written, so that a countdown counts down; a number written again means
    the next one, so that a list of ones counts up.
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
