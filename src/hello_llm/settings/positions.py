"""Tells on which line of a valid TOML text each key stands."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Trail = tuple[str, ...]
"""The names that lead to a key, outermost first: ``("profiles", "ci", "model")``.

A table of an array goes by its number: ``("check", "0", "name")``.
"""

# Whatever can hide a line end or a bracket, and these themselves. No part of it looks back, so
# that it takes a text in one go.
_TOKENS = re.compile(
    r'''
      \#[^\n]*+
    | """ (?: [^"\\]++ | \\[\s\S] | "{1,2}(?!") )*+ "{3,5}
    | \'\'\' (?: [^']++ | '{1,2}(?!') )*+ '{3,5}
    | " (?: [^"\\\n]++ | \\. )*+ "
    | ' [^'\n]*+ '
    | [][{}\n]
    ''',
    re.VERBOSE,
)


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
    counts: dict[Trail, int] = {}
    for line, statement in _statements(text):
        indent = len(statement) - len(statement.lstrip())
        # In an inline table the keys stand somewhere in the line.
        position = Position(line, None if "{" in statement else indent + 1)
        trails = list(_trails(tomllib.loads(statement), ()))
        if statement.lstrip().startswith("["):
            trails = [_numbered(trail, counts) for trail in trails]
            table = trails[-1]
            if statement.lstrip().startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
                trails.append(table)
        else:
            trails = [table + trail for trail in trails]
        for trail in trails:
            found.setdefault(trail, position)
    return found


def _numbered(trail: Trail, counts: dict[Trail, int]) -> Trail:
    """Return `trail` with the number of the last table of each array that it leads through."""
    path: Trail = ()
    for name in trail:
        if path in counts:
            path = (*path, str(counts[path]))
        path = (*path, name)
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of its first line."""
    text += "\n"
    line, start, depth = 1, 0, 0
    for token in _TOKENS.finditer(text):
        if token[0] in {"[", "{"}:
            depth += 1
        elif token[0] in {"]", "}"}:
            depth -= 1
        elif token[0] == "\n" and depth == 0:
            statement = text[start : token.end()]
            if statement.lstrip(" \t\r\n")[:1] not in {"", "#"}:
                yield line, statement
            line += statement.count("\n")
            start = token.end()


def _trails(table: dict[str, object], above: Trail) -> Iterator[Trail]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _trails(value, (*above, key))
