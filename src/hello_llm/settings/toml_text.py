"""Turns the bytes of a file into the tables of TOML, or says why they are none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hello_llm.settings import phrases
from hello_llm.settings.positions import Position, Trail, locate
from hello_llm.settings.problems import Problem

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NAMES = re.compile(r"\((?:'[^']*',? ?)+\)")
# The reader of the standard library takes the square of the time for a key of many parts.
_ENDLESS_KEY = re.compile(
    r"""(?: (?: (?<![\w-])[\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){100}""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is TOML, or the problem that it is not."""

    data: Mapping[str, Any]
    """The tables; empty if there is a problem."""
    positions: Mapping[Trail, Position] = field(default_factory=dict)
    """Where each key stands."""
    problem: Problem | None = None
    """What keeps the text from being TOML."""


def parse(content: bytes) -> Document:
    """Return `content` as TOML, or the problem that keeps it from being so."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _broken("not valid UTF-8", "save the file as UTF-8", _after(content[: error.start]))
    return _parse_text(text)


def _parse_text(text: str) -> Document:
    import tomllib  # noqa: PLC0415 - only where there is a file

    if found := _ENDLESS_KEY.search(text):
        position = _after(text[: found.start()].encode())
        return _broken("not a configuration: a key has more than 100 parts", None, position)
    try:
        return Document(tomllib.loads(text), locate(text))
    except tomllib.TOMLDecodeError as error:
        return _syntax_problem(str(error), text)
    except RecursionError:
        return _broken("not a configuration: brackets are nested too deeply")
    except ValueError:
        return _broken("not valid TOML: a number has too many digits")


def _syntax_problem(message: str, text: str) -> Document:
    if "\0" in text:
        before = text[: text.index("\0")]
        return _broken("not a text file: it holds a NUL byte", None, _after(before.encode()))
    cause = _NAMES.sub(_dotted, _PLACE.sub("", message))
    cause = cause[:1].lower() + cause[1:]
    hint = (
        'text stands in quotes: model = "openai/gpt-4o-mini"' if cause == "invalid value" else None
    )
    return _broken(f"not valid TOML: {phrases.name(cause)}", hint, _named_place(message, text))


def _named_place(message: str, text: str) -> Position | None:
    found = _PLACE.search(message)
    if found is None:
        return None
    if found[1] is None:
        return _after(text.encode())
    return Position(int(found[1]), int(found[2]))


def _dotted(names: re.Match[str]) -> str:
    return ".".join(re.findall(r"'([^']*)'", names[0]))


def _after(before: bytes) -> Position:
    """Return the position of what follows `before`."""
    lines = before.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")
    return Position(len(lines), len(lines[-1]) + 1)


def _broken(message: str, hint: str | None = None, position: Position | None = None) -> Document:
    return Document({}, problem=Problem(message, hint, position))
