"""Finds the position of each key and each array item in a valid TOML text."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Trail = tuple[str, ...]
"""The names that lead to a key, outermost first: ``("profiles", "ci", "model")``.

An array item is identified by its index, from 0: ``("check", "0", "name")``.
"""

# Matches anything that can hide a line end or a bracket, line ends and brackets themselves, and
# the text between them. No part of it backtracks, so that it scans a text in a single pass.
_TOKENS = re.compile(
    r'''
      \#[^\n]*+
    | """ (?: [^"\\]++ | \\[\s\S] | "{1,2}(?!") )*+ "{3,5}
    | \'\'\' (?: [^']++ | '{1,2}(?!') )*+ '{3,5}
    | " (?: [^"\\\n]++ | \\. )*+ "
    | ' [^'\n]*+ '
    | [][{}=,\n]
    | [^][{}=,\#"'\s]++
    ''',
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text."""

    line: int
    """The line, from 1."""
    column: int | None = None
    """The column, from 1 and in characters; ``None`` in a statement with an inline table."""

    def __str__(self) -> str:
        """Return ``line 7, column 1``, without the column if it is not known."""
        return f"line {self.line}" + ("" if self.column is None else f", column {self.column}")


@dataclass(slots=True)
class _Open:
    """An array or an inline table that is still open."""

    trail: Trail
    """The trail to it."""
    items: int | None
    """The number of array items that have begun; ``None`` for a table."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A table header or an assignment."""

    line: int
    """Its first line, from 1."""
    text: str
    """All its lines, with their ends."""
    table: Trail
    """The table that it begins, or that it is in."""
    headed: tuple[Trail, ...] = ()
    """The tables that it leads to, outermost first, if it is a header."""

    @property
    def key(self) -> Trail:
        """The trail to the table that it begins, or to the key that it sets."""
        if self.headed:
            return self.table
        end = next(offset for part, offset, _, _ in _placed(self.text, 1) if part == "=")
        *_, key = _trails(tomllib.loads(f"{self.text[:end]}=0"), self.table)
        return key

    def places(self) -> Iterator[tuple[Trail, Position]]:
        """Yield the position of each key, table and array item in it."""
        if not self.headed:
            yield from _named(self.text, self.line, self.table)
            return
        position = Position(self.line, len(self.text) - len(self.text.lstrip()) + 1)
        for trail in self.headed:
            yield trail, position


def locate(text: str) -> dict[Trail, Position]:
    """Return the position at which each key, table and array item in `text` first appears.

    The standard library parses the keys; this module only finds where they begin and end.
    """
    found: dict[Trail, Position] = {}
    for statement in statements(text):
        for trail, position in statement.places():
            found.setdefault(trail, position)
    return found


def statements(text: str) -> Iterator[Statement]:
    """Yield each statement of `text`, which is valid TOML."""
    table: Trail = ()
    counts: dict[Trail, int] = {}
    for line, statement in _raw_statements(text):
        header = statement.lstrip()
        if not header.startswith("["):
            yield Statement(line, statement, table)
            continue
        trails = [_numbered(trail, counts) for trail in _trails(tomllib.loads(statement), ())]
        table = trails[-1]
        if header.startswith("[["):
            counts[table] = counts.get(table, -1) + 1
            table = (*table, str(counts[table]))
            trails.append(table)
        yield Statement(line, statement, table, tuple(trails))


def nearest(positions: Mapping[Trail, Position], trail: Trail) -> Position | None:
    """Return the position of `trail`, or else of the innermost item around it that has one."""
    while trail and trail not in positions:
        trail = trail[:-1]
    return positions.get(trail)


def _numbered(trail: Trail, counts: dict[Trail, int]) -> Trail:
    """Return `trail` with the index of the last table of each array that it leads through."""
    path: Trail = ()
    for name in trail:
        if path in counts:
            path = (*path, str(counts[path]))
        path = (*path, name)
    return path


def _raw_statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of each statement, and the number of the first."""
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


def _named(statement: str, line: int, table: Trail) -> Iterator[tuple[Trail, Position]]:
    """Yield the trail and position of each key and item in `statement`, which is in `table`."""
    # The statement is treated as an inline table without braces.
    around, awaited = [_Open(table, None)], True
    trail, position, start = table, Position(line), 0
    has_table = "{" in statement
    for part, offset, row, column in _placed(statement, line):
        inner = around[-1]
        if awaited and part not in {"]", "}"}:
            position, start = Position(row, None if has_table else column), offset
            if inner.items is not None:
                trail = (*inner.trail, str(inner.items))
                inner.items += 1
                yield trail, position
        awaited = part in {"[", "{", ","}
        if part == "=":
            for trail in _trails(tomllib.loads(f"{statement[start:offset]}=0"), inner.trail):
                yield trail, position
        elif part in {"[", "{"}:
            around.append(_Open(trail, 0 if part == "[" else None))
        elif part in {"]", "}"}:
            around.pop()


def _placed(statement: str, line: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield each token except comments and line ends, with its offset, line and column."""
    line_start = 0
    for token in _TOKENS.finditer(statement):
        part, offset = token[0], token.start()
        if part != "\n" and part[0] != "#":
            yield part, offset, line, offset - line_start + 1
        if "\n" in part:
            line += part.count("\n")
            line_start = offset + part.rindex("\n") + 1


def _trails(table: dict[str, object], above: Trail) -> Iterator[Trail]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _trails(value, (*above, key))
