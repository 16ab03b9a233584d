"""Tells on which line of a valid TOML text each key stands."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Trail = tuple[str, ...]
"""The names that lead to a key, outermost first: ``("profiles", "ci", "model")``."""

_CAN_END_A_VALUE = ('"""', "'''", "]", "}")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text."""

    line: int
    """The line, from 1."""
    column: int | None = None
    """The column, from 1 and in characters, where it can be told."""


def locate(text: str) -> dict[Trail, Position]:
    """Return where each key and table of `text` is first named.

    Every statement of a TOML document is a document of its own, so that the standard library
    reads the keys; this module only cuts the text into statements.
    """
    found: dict[Trail, Position] = {}
    table: Trail = ()
    for line, statement in _statements(text):
        indent = len(statement) - len(statement.lstrip())
        # In an inline table the keys stand somewhere in the line.
        position = Position(line, None if "{" in statement else indent + 1)
        trails = list(_trails(tomllib.loads(statement), ()))
        if statement.lstrip().startswith("["):
            table = trails[-1]
        else:
            trails = [table + trail for trail in trails]
        for trail in trails:
            found.setdefault(trail, position)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of its first line."""
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending and line.strip(" \t\r")[:1] in {"", "#"}:
            continue
        pending.append(line)
        if len(pending) > 1 and not any(mark in line for mark in _CAN_END_A_VALUE):
            continue
        statement = "\n".join(pending) + "\n"
        if _is_document(statement):
            yield number - len(pending) + 1, statement
            pending.clear()


def _is_document(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _trails(table: dict[str, object], above: Trail) -> Iterator[Trail]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _trails(value, (*above, key))
