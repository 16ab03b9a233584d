"""Texts that an expression has to look at, made from the expression itself."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from re import _parser as parser  # type: ignore[attr-defined]  # expressions have no other reader
from typing import Any

from hello_llm.secrets.shapes import Shape

_MOST = 8
"""Samples of one expression."""
_LENGTHS = (1, 2, 3, 4, 6, 8, 12, 18, 30, 60, 100)
_FILLERS = ' a-.:\\"@%…'


def samples(expression: str) -> list[str]:
    """Return texts that `expression` matches or nearly matches, one for each alternative in it."""
    return list(dict.fromkeys(islice(_sequence(parser.parse(expression)), _MOST)))


def beginnings(shape: Shape) -> list[str]:
    """Return beginnings of the samples of `shape`, and its marks."""
    texts = [*samples(shape.key), *(samples(shape.certain) if shape.certain else ())]
    return sorted({*shape.marks, *(text[:length] for text in texts for length in _LENGTHS)})


def adversarial(beginning: str, size: int) -> Iterator[str]:
    """Yield texts of `size` characters that keep a search at `beginning` busy as long as may be."""
    yield _filled(beginning, size)
    yield _filled(f"\\{beginning}", size)
    for filler in _FILLERS:
        yield beginning + filler * (size - len(beginning))
        yield _filled(beginning + filler, size)


def _filled(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _sequence(items: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    for parts in product(*(list(islice(_item(*item), _MOST)) for item in items)):
        yield "".join(parts)


def _item(kind: Any, value: Any) -> Iterator[str]:
    match str(kind):
        case "LITERAL":
            yield chr(value)
        case "IN":
            yield from map(_member, value[:2])
        case "BRANCH":
            for branch in value[1]:
                yield from _sequence(branch)
        case "SUBPATTERN":
            yield from _sequence(value[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _most, repeated = value
            for one in _sequence(repeated):
                yield one * max(1, least)
            if not least:
                yield ""
        case "ATOMIC_GROUP":
            yield from _sequence(value)
        case _:  # a place, or what stands around it
            yield ""


def _member(member: tuple[Any, Any]) -> str:
    match str(member[0]):
        case "LITERAL":
            return chr(member[1])
        case "RANGE":
            return chr(member[1][0])
        case "CATEGORY":
            return " " if str(member[1]) == "CATEGORY_SPACE" else "a"
        case _:
            return "a"
