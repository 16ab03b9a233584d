"""Puts a value into the text of a configuration file, and keeps the rest of it."""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from itertools import chain
from typing import Any

from hello_llm.settings.editing.keys import is_header
from hello_llm.settings.editing.source import Source
from hello_llm.settings.example import assignment
from hello_llm.toml_file.positions import Trail

_MOST_PLACES = 20


def insertions(source: Source, trail: Trail, value: object) -> Iterator[str]:
    """Yield texts that may have `value` at `trail`; the one nearest to the old text comes first."""
    ways = _new_lines(source, trail, value)
    if is_header(trail) and trail[:-1] not in source.document.positions:
        ways = chain(_new_lines(source, trail[:-1], {trail[-1]: value}), ways)
    return chain(ways, _new_tables(source, trail, value), _replacements(source, trail, value))


def with_value(data: Mapping[str, Any], trail: Trail, value: object) -> dict[str, Any]:
    """Return a copy of `data` with `value` at `trail`."""
    key, *rest = trail
    if not rest:
        return {**data, key: value}
    below = data.get(key, {})
    return {**data, key: with_value(below if isinstance(below, dict) else {}, tuple(rest), value)}


def _new_lines(source: Source, trail: Trail, value: object) -> Iterator[str]:
    """Yield the text with a new line: after its commented-out example, or below its table."""
    *above, key = trail
    lines = [f"{line}\n" for line in source.text.removesuffix("\n").split("\n")]
    added = assignment(key, value).replace("\n", source.line_end)
    example = re.compile(rf"#\s*{re.escape(key)}\s*=")
    after = [number for number, line in enumerate(lines, 1) if example.match(line)]
    table = source.document.positions.get(tuple(above) or ("version",))
    if table is not None:
        after.append(table.line)
    for number in after[-_MOST_PLACES:]:
        yield "".join([*lines[:number], added, *lines[number:]])


def _new_tables(source: Source, trail: Trail, value: object) -> Iterator[str]:
    """Yield the text with a new table at its end."""
    from tomli_w import dumps

    table = f"\n\n{dumps(with_value({}, trail, value))}".replace("\n", source.line_end)
    yield f"{source.text.rstrip()}{table}"


def _replacements(source: Source, trail: Trail, value: object) -> Iterator[str]:
    """Yield the text with the new value in place of the old one."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(source.text)
        _put(document, trail, value)
        yield tomlkit.dumps(document)
    except TOMLKitError:
        return


def _put(table: Any, trail: Trail, value: object) -> None:  # noqa: ANN401 - tomlkit's tables differ
    from tomlkit import inline_table
    from tomlkit import table as new_table
    from tomlkit.items import InlineTable

    *above, key = trail
    for part in above:
        if not isinstance(table.get(part), MutableMapping):
            inline = isinstance(table, InlineTable)
            table[part] = inline_table() if inline else new_table()
        table = table[part]
    table[key] = value
