r"""Finds math in Markdown and keeps it as written: ``\(…\)``, ``\[…\]``, ``$…$``, ``$$…$$``.

Dollars follow Pandoc's rule, with additions that keep prices and shell variables apart from math.
A line that begins with ``$$`` or ``\[`` and does not close it begins a block. The block ends with
the line that closes it or at a blank line, so rows on the screen never depend on later text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

BLOCK = "math_block"
# Mark where a block of math continues without its opening, or after its end.
# The sanitizer lets no noncharacter through.
_GOES_ON = {"$$": "\ufdd1", "\\[": "\ufdd2", "": "\ufdd3"}
_MARKERS = {marker: opening for opening, marker in _GOES_ON.items()}
MARKERS = "".join(_MARKERS)

_LONGEST = 1000  # characters of an inline span
_ENDS = {
    "$$": re.compile(r"(?<![\\$])\$\$(?!\$)"),
    "\\[": re.compile(r"(?<!\\)(?:\\\\)*\\\]"),
    "": re.compile(""),
}
_OPENS_BLOCK = re.compile(r"(\$\$(?!\$)|\\\[)(?!\s*[A-Za-z]{2,}[ ,]+[a-z]{2,})")
_TOKEN = re.compile(r"`+|\\.|\$+|[\[\]]", re.DOTALL)
_CLOSED_BY = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
_OPENS = {
    "$": re.compile(r"(?<![A-Za-z])\$(?![\s),;:?]|\*\*)"),
    "$$": re.compile(r"\$\$(?![),;:?*])"),
}
_CLOSES = re.compile(r"(?<!\s)\$(?![A-Za-z\d])|(?<=[^\W_]|[)\]}])\$(?!\d)")


class Spans:
    """The positions of math, code and brackets in a text that is parsed from left to right."""

    def __init__(self, text: str) -> None:
        """Find every mark in `text` that can open or close a span."""
        self._text = text
        self._at: dict[str, list[int]] = {mark: [] for mark in ("\\)", "\\]", "$", "$$")}
        self._openings: list[tuple[int, str]] = []
        self._code: list[tuple[int, int]] = []
        self._brackets: dict[int, int] = {}
        self._scan()

    def links(self, start: int) -> bool:
        """Return whether the bracket at `start` is closed and directly followed by ``(``."""
        end = self._brackets.get(start)
        return end is not None and self._text.startswith("(", end + 1)

    def end(self, start: int) -> int | None:
        """Return the end of the math that begins at `start`; ``None`` if there is no math."""
        opening = self._opening(start)
        closing = self._closing(opening, start) if opening else None
        if closing is None:
            return None
        if opening == "$" and not _CLOSES.match(self._text, closing):
            return None
        end = closing + len(_CLOSED_BY[opening])
        return end if end - start <= _LONGEST else None

    def around(self, place: int) -> int | None:
        """Return the start of the math or code that a cut at `place` would split, if any."""
        for start, end in self._unbroken():
            if start < place < end:
                return start
        return None

    def _unbroken(self) -> Iterator[tuple[int, float]]:
        """Yield the spans of code and math, and of text that later text may turn into math."""
        yield from (span for span in self._code if span[1] - span[0] <= _LONGEST)
        before = 0
        for start, _ in self._openings:
            if start < before:
                continue
            end = self.end(start)
            if end is not None:
                before = end
                yield start, end
            elif self._may_close(start):
                yield start, float("inf")

    def _may_close(self, start: int) -> bool:
        if len(self._text) - start > _LONGEST:
            return False
        if self._text[start:].strip("$") == "":
            return True
        opening = self._opening(start)
        return opening != "" and self._closing(opening, start) is None

    def _opening(self, start: int) -> str:
        for opening in ("\\(", "\\[", "$$", "$"):
            if self._text.startswith(opening, start):
                pattern = _OPENS.get(opening)
                return opening if pattern is None or pattern.match(self._text, start) else ""
        return ""

    def _closing(self, opening: str, start: int) -> int | None:
        """Return the position of the next mark that can close `opening`, if any."""
        places = self._at[_CLOSED_BY[opening]]
        index = bisect_left(places, start + len(opening))
        return places[index] if index < len(places) else None

    def _scan(self) -> None:
        runs: dict[int, list[int]] = {}
        for run in re.finditer("`+", self._text):
            runs.setdefault(len(run[0]), []).append(run.start())
        place, open_brackets = 0, list[int]()
        while token := _TOKEN.search(self._text, place):
            mark, place = token[0], token.end()
            if mark[0] == "`":
                same = runs.get(len(mark), [])
                index = bisect_left(same, place)
                if index < len(same):
                    place = same[index] + len(mark)
                    self._code.append((token.start(), place))
                continue
            if mark == "[":
                open_brackets.append(token.start())
            elif mark == "]" and open_brackets:
                self._brackets[open_brackets.pop()] = token.start()
            elif mark in self._at:
                self._at[mark].append(token.start())
            if mark in _CLOSED_BY:
                self._openings.append((token.start(), mark))


class SpansState(StateInline):
    """The inline parser's state, with the spans of its text."""

    _spans: Spans | None = None

    @property
    def spans(self) -> Spans:
        """The spans of the text, found on first use."""
        if self._spans is None:
            self._spans = Spans(self.src)
        return self._spans


def add_math(parser: MarkdownIt) -> None:
    """Make `parser` recognize math before it looks for escapes and emphasis."""
    parser.inline.ruler.before("escape", "math", _inline)
    for marker in _MARKERS:
        parser.inline.add_terminator_char(marker)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", BLOCK, _block, interrupts)


def going_on(opening: str, line: str, before: str = "") -> str:
    """Mark `line` as continuing, after `before`, a block of math that began with `opening`."""
    return _GOES_ON["" if _ENDS[opening].search(before) else opening] + line


def _inline(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] not in "$\\" + MARKERS or not isinstance(state, SpansState):
        return False
    end = _forced_end(state.src, start)
    if end is None:
        end = state.spans.end(start)
    if end is None or end > state.posMax:
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content = state.src[start:end]
    state.pos = end
    return True


def _forced_end(text: str, start: int) -> int | None:
    """Return the end of math that begins with a marker: its closing mark, or the end of text."""
    for opening, marker in _GOES_ON.items():
        for mark in (marker, opening + marker):
            if text.startswith(mark, start):
                closed = _ENDS[opening].search(text, start + len(mark))
                return closed.end() if closed else len(text)
    return None


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    first = state.bMarks[start] + state.tShift[start]
    line = state.src[first : state.eMarks[start]]
    begun = line[:1] in _MARKERS and line != ""
    opens = _OPENS_BLOCK.match(line)
    if begun:
        opening, after = _MARKERS[line[0]], 1
    elif opens:
        opening, after = opens[1], 2
    else:
        return False
    closing = _ENDS[opening].search(line, after)
    closed = closing is not None
    if not begun:
        found_inline = closing is not None and closing.end() <= _LONGEST
        unfinished = state.eMarks[start] >= len(state.src)  # it may still be closed
        if found_inline or unfinished or (silent and _is_open(state, opening, start)):
            return False
    if silent:
        return True
    last = start + 1
    while not closed and last < end and not state.isEmpty(last):
        if state.sCount[last] < state.blkIndent:
            break
        place = state.bMarks[last] + state.tShift[last]
        closed = _ENDS[opening].search(state.src[place : state.eMarks[last]]) is not None
        last += 1
    _push(state, start, last, opening, line if begun else f"{opening}{_GOES_ON[opening]}{line[2:]}")
    return True


def _is_open(state: StateBlock, opening: str, line: int) -> bool:
    """Return whether the paragraph above `line` has opened math that this line closes."""
    if opening != "$$" or state.line >= line:
        return False
    above = state.src[state.bMarks[state.line] : state.bMarks[line]]
    return len(_ENDS[opening].findall(above)) % 2 == 1


def _push(state: StateBlock, start: int, end: int, opening: str, first: str) -> None:
    """Add a block of the lines from `start` to `end`, with `first` as the text of the first."""
    state.line = end
    token = state.push(f"{BLOCK}_open", "p", 1)
    token.map = [start, end]
    token.markup = opening
    token = state.push("inline", "", 0)
    others = state.getLines(start + 1, end, state.blkIndent, False)
    token.content = (f"{first}\n{others}" if end > start + 1 else first).rstrip(" ")
    token.map = [start, end]
    token.children = []
    state.push(f"{BLOCK}_close", "p", -1).markup = opening
