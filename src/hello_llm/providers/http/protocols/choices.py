"""Picks the answer among the alternatives of a reply: the first one, wherever it stands."""

from typing import Any

from hello_llm.providers.http.protocols.content import name_of
from hello_llm.providers.http.protocols.piece import Json, UnreadableAnswerError


class FirstChoice:
    """Remembers the alternatives of one answer; it is for servers that count from 1, too."""

    def __init__(self) -> None:
        """Have seen none."""
        self._seen = False
        self._others: dict[int, list[Json]] = {}

    def pick(self, alternatives: Any, place: str) -> Json | None:  # noqa: ANN401 - whatever JSON the server sent
        """Return the one with the number 0 or none, or ``None`` if it is not among them.

        Raises:
            UnreadableAnswerError: what stands at `place` holds no object.
        """
        if isinstance(alternatives, dict) and alternatives:
            alternatives = [alternatives]
        if alternatives in (None, "", {}, []):
            return None
        if not isinstance(alternatives, list):
            raise UnreadableAnswerError(f"{name_of(alternatives)} as its {place}")
        objects = [one for one in alternatives if isinstance(one, dict)]
        if not objects and any(one is not None for one in alternatives):
            raise UnreadableAnswerError(f"a list without an object as its {place}")
        first = next((one for one in objects if _number(one) == 0), None)
        self._seen = self._seen or first is not None
        if not self._seen:
            for one in objects:
                self._others.setdefault(_number(one), []).append(one)
        return first

    def late(self) -> list[Json]:
        """Return the values of the lowest alternative, if none had the number 0."""
        if self._seen or not self._others:
            return []
        return self._others[min(self._others)]


def _number(alternative: Json) -> int:
    index = alternative.get("index")
    if isinstance(index, str):
        index = index.strip()
        return int(index) if index.isdecimal() and index.isascii() and len(index) < 9 else 0
    return int(index) if isinstance(index, int | float) and abs(index) < 2**31 else 0
