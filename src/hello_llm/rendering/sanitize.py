"""Makes text safe for a terminal: shows control and invisible characters in a visible form."""

import re
import unicodedata

from hello_llm.text.ci_commands import disarmed
from hello_llm.text.surrogates import SurrogateJoiner

# Characters that never reach a terminal unchanged: C0 except tab and newline, DEL and C1; direction
# controls; separators that some terminals obey; invisible tags, fillers and format characters;
# noncharacters; surrogates.
UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
) + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)

# Characters that are invisible on their own but that emoji and many scripts need.
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f"
_IDEOGRAPHIC_SELECTORS = "\U000e0100-\U000e01ef"

_STOPPED = re.compile(f"[{UNSAFE}{_JOINERS}{_SELECTORS}{_IDEOGRAPHIC_SELECTORS}]")
_SELECTOR = re.compile(f"[{_SELECTORS}{_IDEOGRAPHIC_SELECTORS}]")
_KEYCAP_BASES = frozenset("0123456789#*")
_ESCAPED_PICTURES = 0x2400


class Sanitizer:
    """Sanitizes text that arrives in chunks, holding back at most two characters.

    The result contains no control characters except tab and newline, and no invisible characters
    except a joiner or variation selector after a visible character that can carry one. A carriage
    return just before a newline is dropped; any other carriage return becomes visible.
    """

    def __init__(self) -> None:
        """Start at the beginning of a text."""
        self._joiner = SurrogateJoiner()
        self._held_return = ""
        self._before = ""

    def feed(self, chunk: str) -> str:
        """Return the safe form of `chunk`, the next part of the text."""
        text = self._held_return + self._joiner.feed(chunk)
        if not text:
            return ""
        self._held_return = "\r" if text[-1] == "\r" else ""
        return self._safe(text[:-1] if self._held_return else text)

    def close(self) -> str:
        """Return the safe form of the characters that are still held back."""
        return self._safe(self._held_return + self._joiner.close())

    def _safe(self, text: str) -> str:
        if not text:
            return ""
        before, self._before = self._before, text[-1]
        if _STOPPED.search(text) is None:
            return text
        text = text.replace("\r\n", "\n")

        def visible(match: re.Match[str]) -> str:
            start = match.start()
            previous = text[start - 1] if start else before
            return match[0] if _belongs(match[0], previous) else visible_form(match[0])

        return _STOPPED.sub(visible, text)


def sanitize(text: str) -> str:
    """Return the safe form of the whole `text`."""
    sanitizer = Sanitizer()
    return sanitizer.feed(text) + sanitizer.close()


def inert(text: str) -> str:
    """Return the whole `text`, safe for a terminal and for a log that a CI system parses."""
    return disarmed(sanitize(text))


def visible_form(character: str) -> str:
    """Return `character` in visible form: its picture for C0 and DEL, else like ``<U+202E>``."""
    code = ord(character)
    if code < 0x20:
        return chr(_ESCAPED_PICTURES + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"<U+{code:04X}>"


def _belongs(character: str, previous: str) -> bool:
    """Return whether an invisible `character` follows a visible one that it can modify."""
    if character in _JOINERS:
        return _carries(previous) or (character == "\u200d" and previous == "\ufe0f")
    if character == "\ufe0f" and previous in _KEYCAP_BASES:
        return True
    return _SELECTOR.match(character) is not None and _carries(previous)


def _carries(previous: str) -> bool:
    return (
        previous > "\x7f"
        and _STOPPED.match(previous) is None
        and not unicodedata.category(previous).startswith("Z")
    )
