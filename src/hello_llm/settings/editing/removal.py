"""Removes a value or a profile from the text of a configuration file, and keeps the rest of it."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hello_llm.settings.editing.source import Source
from hello_llm.toml_file.positions import Trail, statements


def removals(source: Source, trail: Trail) -> Iterator[str]:
    """Yield texts that may lack what is at `trail`; the one nearest to the old text comes first."""
    return chain(_without_lines(source, trail), _without_item(source, trail))


def value_at(data: Mapping[str, Any], trail: Trail) -> Any:  # noqa: ANN401 - TOML has any value
    """Return what is at `trail`; ``None`` if nothing is."""
    found: Any = data
    for name in trail:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def remainders(data: Mapping[str, Any], trail: Trail) -> list[dict[str, Any]]:
    """Return the data that may be left without what is at `trail`.

    Tables that lose their last item may stay or go: most notations cannot keep them.
    """
    left = _without(data, trail)
    above = trail[:-1]
    if above and not value_at(left, above):
        return [left, *remainders(data, above)]
    return [left]


def _without(data: Mapping[str, Any], trail: Trail) -> dict[str, Any]:
    key, *rest = trail
    if rest:
        return {**data, key: _without(data[key], tuple(rest))}
    return {name: value for name, value in data.items() if name != key}


def _without_lines(source: Source, trail: Trail) -> Iterator[str]:
    """Yield the text without the statements about `trail`."""
    lines = source.text.split("\n")
    for first, last, is_table in reversed(list(_blocks(source.text, trail))):
        # Where a table goes, one of the blank lines around it goes too.
        follows_blank = is_table and first > 0 and not lines[first - 1].strip()
        precedes_blank = last == len(lines) or not lines[last].strip()
        del lines[first - (follows_blank and precedes_blank) : last]
    yield "\n".join(lines)


def _blocks(text: str, trail: Trail) -> Iterator[tuple[int, int, bool]]:
    """Yield the first line of each block about `trail`, the line after it, and if it is a table.

    Lines count from 0. Comments between the statements of a table belong to the block.
    """
    block: tuple[int, int, bool] | None = None
    for statement in statements(text):
        about = statement.key[: len(trail)] == trail
        if block is not None and not (about and block[2]):
            yield block
            block = None
        if about:
            first = statement.line - 1
            end = first + statement.text.count("\n")
            block = (first, end, bool(statement.headed)) if block is None else (block[0], end, True)
    if block is not None:
        yield block


def _without_item(source: Source, trail: Trail) -> Iterator[str]:
    """Yield the text without what is in the braces of an inline table."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        table: Any = tomlkit.parse(source.text)
        document = table
        for part in trail[:-1]:
            table = table[part]
        del table[trail[-1]]
        yield tomlkit.dumps(document)
    except TOMLKitError:
        return
