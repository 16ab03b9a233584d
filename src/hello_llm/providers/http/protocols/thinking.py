"""Splits off the reasoning at the beginning of an answer: ``<think>…</think>``."""

import re

_NAMES = ("think", "thinking", "budget:thinking")
_OPENING = tuple(f"<{name}>" for name in _NAMES)
_CLOSING = re.compile("|".join(f"</{name}>" for name in _NAMES))
_LONGEST = max(map(len, _OPENING)) + 1


class ThinkSplitter:
    """Splits text that arrives in pieces of any size; only a block at the beginning is reasoning.

    If the block is never closed, all of it is reasoning: the reply was cut while the model was
    thinking.
    """

    def __init__(self) -> None:
        """Start at the beginning of an answer."""
        self._held = ""
        self._inside = False
        self.settled = False
        """Whether everything that follows is text."""

    def feed(self, text: str) -> tuple[str, str]:
        """Add `text`; return the reasoning and the text that are certain by now."""
        if self.settled:
            return "", text
        self._held += text
        if not self._inside and not self._enter():
            return "", self._text_so_far()
        return self._reasoning_so_far()

    def skip(self) -> str:
        """Stop looking for reasoning unless it has begun; return the text that was held back."""
        return "" if self._inside else self.close()[1]

    def close(self) -> tuple[str, str]:
        """Return the reasoning and the text that were held back."""
        held, self._held, self.settled = self._held, "", True
        return (held, "") if self._inside else ("", held)

    def _enter(self) -> bool:
        """Drop the opening tag if it is there; return whether it was."""
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
