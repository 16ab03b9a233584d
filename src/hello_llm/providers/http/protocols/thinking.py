"""Parts the reasoning from an answer that begins with it: ``<think>…</think>``."""

import re

_NAMES = ("think", "thinking", "budget:thinking")
_OPENING = tuple(f"<{name}>" for name in _NAMES)
_CLOSING = re.compile("|".join(f"</{name}>" for name in _NAMES))
_LONGEST = max(map(len, _OPENING)) + 1


class ThinkSplitter:
    """Splits a text that comes in pieces of any size; only what it begins with is reasoning.

    What has no end is reasoning to the end: a reply that was cut while the model thought.
    """

    def __init__(self) -> None:
        """Begin at the start of an answer."""
        self._held = ""
        self._inside = False
        self.settled = False
        """Whether all that follows is text."""

    def feed(self, text: str) -> tuple[str, str]:
        """Return the reasoning and the text that are certain once `text` has come."""
        if self.settled:
            return "", text
        self._held += text
        if not self._inside and not self._enter():
            return "", self._text_so_far()
        return self._reasoning_so_far()

    def skip(self) -> str:
        """Look for no reasoning, unless it has begun; return the text that was held back."""
        return "" if self._inside else self.close()[1]

    def close(self) -> tuple[str, str]:
        """Return the reasoning and the text that were held back."""
        held, self._held, self.settled = self._held, "", True
        return (held, "") if self._inside else ("", held)

    def _enter(self) -> bool:
        """Tell whether the opening tag is there, and drop it."""
        begun = self._held.lstrip()
        tag = next((tag for tag in _OPENING if begun.startswith(tag)), None)
        if tag is not None:
            self._held, self._inside = begun.removeprefix(tag), True
        return self._inside

    def _text_so_far(self) -> str:
        begun = self._held.lstrip()
        if any(tag.startswith(begun) for tag in _OPENING):
            return ""
        return self.close()[1]

    def _reasoning_so_far(self) -> tuple[str, str]:
        closing = _CLOSING.search(self._held)
        if closing is not None:
            reasoning, text = self._held[: closing.start()], self._held[closing.end() :]
            self._held, self.settled = "", True
            return reasoning, text
        # The last characters may be the beginning of the closing tag.
        tail = self._held.rfind("</", -_LONGEST)
        tail = len(self._held) - self._held.endswith("<") if tail < 0 else tail
        reasoning, self._held = self._held[:tail], self._held[tail:]
        return reasoning, ""
