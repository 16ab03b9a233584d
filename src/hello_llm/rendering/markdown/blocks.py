"""Lays out Markdown blocks as rows of text, without padding, background or borders."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it.tree import SyntaxTreeNode
from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from hello_llm.rendering.markdown.inline import CODE_STYLE, clean, inline_text, wrapped
from hello_llm.rendering.markdown.source import LISTS, Resume, number_items, parse, span, too_deep
from hello_llm.rendering.markdown.tables import Table

if TYPE_CHECKING:
    from rich.syntax import Syntax

_NARROWEST = 8
_RULE_WIDTH = 40
_HEADING_STYLES = {"h1": "bold underline", "h2": "bold", "h3": "bold italic"}


class BlockLayout:
    """Lays out blocks for a console; a row of code may be wider than the screen."""

    def __init__(self, console: Console) -> None:
        """Measure and wrap as `console` does."""
        self._console = console

    def rows(self, source: str, width: int, resume: Resume) -> list[Text]:
        """Return the rows of `source`, which continues as `resume` says, in `width` columns."""
        root = parse(source)
        return self.rows_of(root, root.children, source, width, resume)

    def rows_of(
        self,
        root: SyntaxTreeNode,
        nodes: Sequence[SyntaxTreeNode],
        source: str,
        width: int,
        resume: Resume,
    ) -> list[Text]:
        """Return the rows of `nodes`, the first blocks of `root`, the tree of `source`."""
        return list(_Page(self._console, source.split("\n")).blocks(root, nodes, width, resume))

    def ansi(self, rows: Sequence[Text]) -> list[str]:
        """Return `rows` with the escape sequences that the console's styling allows."""
        if not rows:
            return []
        with self._console.capture() as capture:
            self._console.print(Text("\n").join(rows), soft_wrap=True)
        return capture.get().removesuffix("\n").split("\n")


def wrap_rows(rows: Sequence[Text], width: int) -> list[Text]:
    """Return `rows`, wrapped where the screen would wrap them."""
    folded: list[Text] = []
    for row in rows:
        if cell_len(row.plain) <= width:
            folded.append(row)
            continue
        offsets, end = [], 0
        for piece in chop_cells(row.plain, width)[:-1]:
            end += len(piece)
            offsets.append(end)
        folded += row.divide(offsets)
    return folded


def gap_between(parent: SyntaxTreeNode, before: str, node: SyntaxTreeNode) -> bool:
    """Return whether a blank row separates `node` from a preceding block of the type `before`.

    There is no blank row between the items of a list, or around a list within a list item.
    """
    if parent.type in LISTS:
        return False
    return parent.type != "list_item" or not {before, node.type} & LISTS


def _gap_before(parent: SyntaxTreeNode, node: SyntaxTreeNode, resume: Resume) -> bool:
    if resume.containers:
        return False
    turned_out_new = resume.leaf not in {"", node.type}
    return resume.gap or (turned_out_new and gap_between(parent, resume.leaf, node))


class _Page:
    """Lays out one piece of source."""

    def __init__(self, console: Console, lines: list[str]) -> None:
        self._console = console
        self._lines = lines

    def blocks(
        self,
        parent: SyntaxTreeNode,
        nodes: Sequence[SyntaxTreeNode],
        width: int,
        resume: Resume | None,
    ) -> Iterator[Text]:
        before: SyntaxTreeNode | None = None
        for node in nodes:
            if before is None:
                gap = resume is not None and _gap_before(parent, node, resume)
            else:
                gap, resume = gap_between(parent, before.type, node), None
            if gap:
                yield Text()
            yield from self._block(node, max(width, _NARROWEST), resume)
            before = node

    def _block(self, node: SyntaxTreeNode, width: int, resume: Resume | None) -> Iterator[Text]:
        goes_on = resume is not None and resume.leaf == node.type and not resume.containers
        if node.level == 0 and too_deep(node):
            return self._wrap(self._verbatim(node), width)
        match node.type:
            case "paragraph" | "math_block":
                return self._wrap(inline_text(node.children[0]), width)
            case "heading":
                style = _HEADING_STYLES.get(node.tag, "italic")
                return self._wrap(inline_text(node.children[0], style), width)
            case "fence" | "code_block":
                return self._code(node, width, labelled=not goes_on)
            case "table":
                return self._table(node, width, resume if goes_on else None)
            case "hr":
                return iter([Text("─" * min(width, _RULE_WIDTH), "dim")])
            case "blockquote":
                return self._quote(node, width, resume)
            case _:
                return self._list(node, width, resume)

    def _wrap(self, text: Text, width: int) -> Iterator[Text]:
        if not text.plain:
            return
        yield from wrapped(text, self._console, width)

    def _verbatim(self, node: SyntaxTreeNode, *, skip: int = 0) -> Text:
        start, end = span(node)
        return Text(clean("\n".join(self._lines[start + skip : end])))

    def _code(self, node: SyntaxTreeNode, width: int, *, labelled: bool) -> Iterator[Text]:
        language = clean(node.info.strip())
        if language and labelled:
            yield from self._wrap(Text(language, "dim italic"), width)
        code = clean(node.content).removesuffix("\n")
        if node.content:
            for line in highlighted(code, language).split("\n", allow_blank=True):
                line.rstrip()
                yield line

    def _table(self, node: SyntaxTreeNode, width: int, resume: Resume | None) -> Iterator[Text]:
        table = Table(node, self._lines)
        widths = table.widths(width, () if resume is None else resume.widths)
        if widths is None:
            repeated = 0 if resume is None else 2  # the header and the line below it
            return self._wrap(self._verbatim(node, skip=repeated), width)
        return table.rows(self._console, widths, headed=resume is None)

    def _quote(self, node: SyntaxTreeNode, width: int, resume: Resume | None) -> Iterator[Text]:
        inner = resume.enter(node) if resume else None
        for row in self.blocks(node, node.children, width - 2, inner):
            yield Text.assemble(("│ " if row.plain else "│", "dim"), row)

    def _list(self, node: SyntaxTreeNode, width: int, resume: Resume | None) -> Iterator[Text]:
        markers = ["• "] * len(node.children)
        if node.type == "ordered_list":
            numbers = number_items(node, resume)
            markers = [f"{number.shown}{node.markup} " for number in numbers]
        for item, marker in zip(node.children, markers, strict=True):
            inner = resume.enter(item) if resume else None
            begun = resume is not None and resume.containers > 0
            yield from self._item(item, marker, width, inner, begun=begun)
            resume = None

    def _item(
        self, item: SyntaxTreeNode, marker: str, width: int, resume: Resume | None, *, begun: bool
    ) -> Iterator[Text]:
        indent = " " * len(marker)
        rows = list(self.blocks(item, item.children, width - len(marker), resume))
        if not rows and not begun:
            rows = [Text()]
        for index, row in enumerate(rows):
            prefix = Text(marker, "bold") if index == 0 and not begun else Text(indent)
            line = Text.assemble(prefix, row)
            line.rstrip()
            yield line


def highlighted(code: str, language: str) -> Text:
    """Return `code` highlighted for its `language`, or in one colour if that is unknown."""
    name = language.split(maxsplit=1)[0] if language else ""
    syntax = _syntax(name)
    if syntax.lexer is not None:
        text = syntax.highlight(code)
        text.rstrip()
        if text.plain == code.rstrip():  # some lexers change the code
            return text
    return Text(code, CODE_STYLE)


@lru_cache(maxsize=16)
def _syntax(name: str) -> "Syntax":
    from rich.syntax import Syntax

    return Syntax("", name, theme="ansi_dark")
