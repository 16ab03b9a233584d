"""Picks the first of the alternatives in a reply, wherever it appears."""

from collections.abc import Iterable

from hello_llm.providers.http.protocols.content import hides_text, name_of
from hello_llm.providers.http.protocols.piece import Json, UnreadableAnswerError

_ENDS = ("finish_reason", "finishReason")


class FirstChoice:
    """Tracks the alternatives of one answer; also handles servers that number them from 1."""

    def __init__(self) -> None:
        """Start with no alternatives seen."""
        self._seen = False
        self._others: dict[int, list[Json]] = {}
        self._numbers = {0}
        self._unended: set[int] = set()

    def pick(self, alternatives: object, place: str, *, whole: bool) -> Json | None:
        """Return the alternative numbered 0 (or not numbered), or ``None`` if there is no such one.

        Args:
            alternatives: a list of alternatives, or a single one.
            place: the key that contains them, for error messages.
            whole: whether the reply came in one piece, not streamed.

        Raises:
            UnreadableAnswerError: `alternatives` is not empty, but contains no object.
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
        """Return the values of the lowest-numbered alternative if none was numbered 0.

        Raises:
            UnreadableAnswerError: text came under a number that no alternative can have, since
                those before it are missing, and never ended. It may be part of the answer.
        """
        if self._seen and any(number - 1 not in self._numbers for number in self._unended):
            raise UnreadableAnswerError("text of a choice that never ends")
        if self._seen or not self._others:
            return []
        return self._others[min(self._others)]

    def _watch(self, others: Iterable[Json]) -> None:
        """Track which of the other alternatives have text but have not ended."""
        for one in others:
            self._numbers.add(_number(one))
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
