"""Parses TOML, and reports, with line and column, why a text is not valid TOML."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hello_llm.text import phrases
from hello_llm.toml_file.money import WrittenFloat
from hello_llm.toml_file.positions import Position, Trail, locate
from hello_llm.toml_file.problems import Problem

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NAMES = re.compile(r"\((?:'[^']*',? ?)+\)")
# `tomllib` takes quadratic time for a key with many parts.
_ENDLESS_KEY = re.compile(
    r"""(?: (?: (?<![\w-])[\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){100}""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a TOML file, or the problem that prevents reading it."""

    data: Mapping[str, Any]
    """The tables; empty if there is a problem."""
    positions: Mapping[Trail, Position] = field(default_factory=dict)
    """The position of each key."""
    problem: Problem | None = None
    """Why the text cannot be read."""


def parse(content: bytes) -> Document:
    """Parse `content`, which should be TOML in UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = _after(content[: error.start].decode("utf-8-sig"))
        return _unreadable("not valid UTF-8", position, "save the file as UTF-8")
    if found := _ENDLESS_KEY.search(text):
        return _unreadable("a key has more than 100 parts", _after(text[: found.start()]))
    try:
        return Document(tomllib.loads(text, parse_float=WrittenFloat), locate(text))
    except tomllib.TOMLDecodeError as error:
        return _syntax_error(str(error), text)
    except RecursionError:
        return _unreadable("brackets are nested too deeply")
    except ValueError:
        return _unreadable("not valid TOML: a number has too many digits")


def _unreadable(
    message: str, position: Position | None = None, hint: str | None = None
) -> Document:
    return Document({}, problem=Problem(message, hint, position))


def _syntax_error(message: str, text: str) -> Document:
    if "\0" in text:
        place = _after(text.partition("\0")[0])
        return _unreadable("not a text file: it contains a NUL byte", place)
    detail = _NAMES.sub(_dotted, _PLACE.sub("", message))
    detail = detail[:1].lower() + detail[1:]
    hint = 'text needs quotes: model = "openai/gpt-4o-mini"' if detail == "invalid value" else None
    words = f"not valid TOML: {phrases.name(detail)}"
    return _unreadable(words, _named_place(message, text), hint)


def _named_place(message: str, text: str) -> Position | None:
    found = _PLACE.search(message)
    if found is None:
        return None
    if found[1] is None:
        return _after(text)
    return Position(int(found[1]), int(found[2]))


def _dotted(names: re.Match[str]) -> str:
    return ".".join(re.findall(r"'([^']*)'", names[0]))


def _after(before: str) -> Position:
    """Return the position right after the text `before`."""
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
