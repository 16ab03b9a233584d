"""Tells on which line of a valid TOML text each key stands, those of arrays of tables included."""

import tomllib
from collections.abc import Iterator
from typing import Any

Trail = tuple[str | int, ...]
"""The names and positions that lead to a key: ``("rule", 0, "replies", 1, "text")``."""


def locate(text: str) -> dict[Trail, int]:
    """Return the line, from 1, at which each table and key of `text` is first named."""
    found: dict[Trail, int] = {}
    counts: dict[Trail, int] = {}
    table: Trail = ()
    for line, statement in _statements(text):
        said = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _opened(said, counts)
            found.setdefault(table, line)
        else:
            for trail in _trails(said, table):
                found.setdefault(trail, line)
    return found


def line_of(found: dict[Trail, int], trail: Trail) -> int | None:
    """Return the line of `trail`, or of the nearest thing around it that has one."""
    while trail and trail not in found:
        trail = trail[:-1]
    return found.get(trail)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of its first line: it is a document of its own."""
    began, statement = 1, ""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not statement and line.strip()[:1] in {"", "#"}:
            continue
        began = began if statement else number
        statement += line
        if _is_whole(statement):
            yield began, statement
            statement = ""


def _is_whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _opened(header: dict[str, Any], counts: dict[Trail, int]) -> Trail:
    """Return the trail of the table that `header` opens; `counts` holds the length of arrays."""
    trail: Trail = ()
    value: Any = header
    while value:
        (key,) = value
        trail, value = (*trail, key), value[key]
        if isinstance(value, list):
            counts[trail] = counts.get(trail, 0) + 1
            value = value[0]
        if trail in counts:
            trail = (*trail, counts[trail] - 1)
    return trail


def _trails(value: Any, above: Trail) -> Iterator[Trail]:  # noqa: ANN401 - whatever TOML holds
    """Yield what leads to each key in `value`."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*above, key)
        if isinstance(inner, dict | list):
            yield from _trails(inner, (*above, key))
