"""Extends CommonMark for the Markdown of models: emphasis next to CJK text, and ``<br>``."""

import re
import unicodedata
from collections.abc import MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from hello_llm.rendering.markdown.math import SpansState

LINE_BREAK = re.compile(r"<br[ \t]*/?>[ \t]*\n?[ \t]*", re.IGNORECASE)
_VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE0F)))
_IDEOGRAPHIC_SELECTORS = range(0xE0100, 0xE01F0)
_HANGUL_JAMO = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
# Wide characters that are pictures rather than letters or punctuation.
_EMOJI = (
    range(0x231A, 0x231C),
    range(0x23E9, 0x23F4),
    range(0x25FD, 0x25FF),
    range(0x2614, 0x27C0),
    range(0x2B1B, 0x2B56),
    range(0x1F000, 0x1F200),
    range(0x1F300, 0x20000),
)


class _State(SpansState):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - markdown-it's names
        """Scan a run of emphasis marks; next to CJK text, as CommonMark issue 650 proposes.

        Chinese, Japanese and Korean text has no spaces that could show on which side of a
        punctuation mark the emphasis is. So CJK punctuation counts as a letter, and CJK letters
        count as a space next to other punctuation. Any other text is scanned as CommonMark says.
        """
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        after = self.src[end] if end < self.posMax else " "
        before = self.src[start - 1] if start > 0 else " "
        if before in _VARIATION_SELECTORS and start > 1:
            before = self.src[start - 2]
        beside = is_cjk(before) or ord(before) in _IDEOGRAPHIC_SELECTORS
        if not beside and not is_cjk(after):
            return scanned
        left = _flanks(after, before, beside=beside)
        right = _flanks(before, after, beside=is_cjk(after))
        return Scanned(
            can_open=left and (canSplitWord or not right or _is_punctuation(before)),
            can_close=right and (canSplitWord or not left or _is_punctuation(after)),
            length=scanned.length,
        )


class Inline(ParserInline):
    """The inline parser of markdown-it, with our own state class."""

    def parse(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> list[Token]:
        """Parse `src` into `tokens`."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def add_line_breaks(parser: MarkdownIt) -> None:
    """Make `parser` break lines at ``<br>``, the only line break that a table cell can have."""
    parser.inline.ruler.before("autolink", "line_break", _line_break)


def guard_links(parser: MarkdownIt) -> None:
    """Make `parser` look for a link or an image only where one can be.

    By default, it searches the rest of the text at every bracket.
    """
    parser.inline.ruler.at("link", _where_linked(link, 0))
    parser.inline.ruler.at("image", _where_linked(image, 1))


def _where_linked(rule: RuleFuncInlineType, bracket: int) -> RuleFuncInlineType:
    def guarded(state: StateInline, silent: bool) -> bool:
        if not isinstance(state, SpansState) or not state.spans.links(state.pos + bracket):
            return False
        return rule(state, silent)

    return guarded


def is_cjk(character: str) -> bool:
    """Return whether `character` is Chinese, Japanese or Korean."""
    code = ord(character)
    if code < 0x1100:
        return False
    if any(code in block for block in _HANGUL_JAMO):
        return True
    return unicodedata.east_asian_width(character) in "WFH" and not any(
        code in block for block in _EMOJI
    )


def _line_break(state: StateInline, silent: bool) -> bool:
    found = LINE_BREAK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent and found.end() < state.posMax:
        state.pending = state.pending.rstrip(" ")
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _flanks(inside: str, outside: str, *, beside: bool) -> bool:
    """Return whether emphasis marks between `outside` and `inside` flank `inside`.

    `beside` is true if `outside` is Chinese, Japanese or Korean.
    """
    if isWhiteSpace(ord(inside)):
        return False
    if not _is_punctuation(inside) or is_cjk(inside):
        return True
    return beside or isWhiteSpace(ord(outside)) or _is_punctuation(outside)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)
