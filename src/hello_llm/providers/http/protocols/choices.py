"""Picks the answer among the alternatives of a reply: the first one, wherever it stands."""

from collections.abc import Iterable
from typing import Any

from hello_llm.providers.http.protocols.content import hides_text, name_of
from hello_llm.providers.http.protocols.piece import Json, UnreadableAnswerError

_ENDS = ("finish_reason", "finishReason")


class FirstChoice:
    """Remembers the alternatives of one answer; it is for servers that count from 1, too."""

    def __init__(self) -> None:
        """Have seen none."""
        self._seen = False
        self._others: dict[int, list[Json]] = {}
        self._unended: set[int] = set()

    def pick(self, alternatives: Any, place: str, *, whole: bool) -> Json | None:  # noqa: ANN401 - whatever JSON the server sent
        """Return the one with the number 0 or none, or ``None`` if it is not among them.

        Args:
            alternatives: the list of them, or a single one.
            place: the key under which they stand.
            whole: whether the reply came in one piece.

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
        if not whole:
            self._watch(one for one in objects if _number(one) != 0)
        if not self._seen:
            for one in objects:
                self._others.setdefault(_number(one), []).append(one)
        return first

    def late(self) -> list[Json]:
        """Return the values of the lowest alternative, if none had the number 0.

        Raises:
            UnreadableAnswerError: text had the number of an alternative that never ended; so there
                is no such alternative, and the text is part of the answer.
        """
        if self._seen and self._unended:
            raise UnreadableAnswerError("text of a choice that never ends")
        if self._seen or not self._others:
            return []
        return self._others[min(self._others)]

    def _watch(self, others: Iterable[Json]) -> None:
        """Note which of the other alternatives have spoken and not ended."""
        for one in others:
            if any(one.get(key) for key in _ENDS):
                self._unended.discard(_number(one))
            elif hides_text({key: value for key, value in one.items() if key != "index"}):
                self._unended.add(_number(one))


def _number(alternative: Json) -> int:
    index = alternative.get("index")
    if isinstance(index, str):
        index = index.strip()
        return int(index) if index.isdecimal() and index.isascii() and len(index) < 9 else 0
    if isinstance(index, bool) or not isinstance(index, int | float):
        return 0
    return int(index) if 0 <= index < 2**31 and index == int(index) else 0
