"""Splits the text of a command line into words, as far as a shell would while it is typed."""

from dataclasses import dataclass, field

_QUOTES = "'\""
_REDIRECTIONS = "<>"
_SPECIAL_PREFIXES = "$@"
"""Break characters that bash replaces together with what follows them."""
_ESCAPED_IN_QUOTES = '"\\$`'


@dataclass(slots=True)
class Word:
    """A word, perhaps unfinished."""

    text: str = ""
    """Its text without quotes and backslashes."""
    quote: str = ""
    """The quote that is still open, if one is."""
    settled: int = 0
    """How many characters of the text the shell does not replace when it completes the word."""
    redirects: bool = False
    """Whether it is the file of a redirection."""


def split(line: str, breaks: str = "") -> list[Word]:
    """Return the words of `line`; the last is the one at its end, and may be empty.

    Args:
        line: a command line up to the cursor.
        breaks: the characters that also end what the shell replaces, as ``COMP_WORDBREAKS``.
    """
    splitter = _Splitter(frozenset(breaks) - frozenset(_QUOTES))
    for character in line:
        splitter.take(character)
    return splitter.words


@dataclass(slots=True)
class _Splitter:
    """Takes in a command line character by character."""

    breaks: frozenset[str]
    words: list[Word] = field(default_factory=lambda: [Word()])
    _escaped: bool = False
    _begun: bool = False
    """Whether the last word has begun: it may be an empty pair of quotes."""

    def take(self, character: str) -> None:
        word = self.words[-1]
        if self._escaped:
            kept = word.quote and character not in _ESCAPED_IN_QUOTES
            word.text += f"\\{character}" if kept else character
            self._escaped = False
        elif character == "\\" and word.quote != "'":
            self._escaped = self._begun = True
        elif word.quote:
            self._take_in_quotes(word, character)
        elif character in _QUOTES:
            self._begun, word.quote, word.settled = True, character, len(word.text)
        else:
            self._take_bare(word, character)

    def _take_in_quotes(self, word: Word, character: str) -> None:
        if character == word.quote:
            word.quote = ""
        else:
            word.text += character

    def _take_bare(self, word: Word, character: str) -> None:
        if character.isspace() or character in _REDIRECTIONS:
            if self._begun:
                self.words.append(Word())
                self._begun = False
            self.words[-1].redirects |= character in _REDIRECTIONS
            return
        word.text += character
        self._begun = True
        if character in self.breaks:
            word.settled = len(word.text) - (character in _SPECIAL_PREFIXES)
