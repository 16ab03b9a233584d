"""Turns the bytes of a file into the tables of TOML, or says why they are none."""

import re
import tomllib
from typing import Any

from hello_llm.toml_file.positions import Position, Trail, locate

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NAMES = re.compile(r"\((?:'[^']*',? ?)+\)")
# The reader of the standard library takes the square of the time for a key of many parts.
_ENDLESS_KEY = re.compile(
    r"""(?: (?: (?<![\w-])[\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){100}""",
    re.VERBOSE,
)


class UnreadableError(ValueError):
    """A text is no TOML, or more than can be read."""

    def __init__(
        self,
        reason: str,
        position: Position | None = None,
        *,
        detail: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Say why, and where.

        Args:
            reason: the cause, in words of ours.
            position: where it is, if that can be told.
            detail: what the parser says; it may hold names from the text.
            hint: what repairs it.
        """
        super().__init__(reason if detail is None else f"{reason}: {detail}")
        self.reason = reason
        self.position = position
        self.detail = detail
        self.hint = hint


def read_toml(content: bytes) -> tuple[dict[str, Any], dict[Trail, Position]]:
    """Return the tables that `content` holds, and where each of their keys stands.

    Raises:
        UnreadableError: it is no TOML in UTF-8.
    """
    text = _decoded(content)
    if found := _ENDLESS_KEY.search(text):
        position = _after(text[: found.start()])
        raise UnreadableError("a key has more than 100 parts", position)
    try:
        return tomllib.loads(text), locate(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text) from None
    except RecursionError:
        raise UnreadableError("brackets are nested too deeply") from None
    except ValueError:
        raise UnreadableError("not valid TOML: a number has too many digits") from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = _after(content[: error.start].decode("utf-8-sig"))
        hint = "save the file as UTF-8"
        raise UnreadableError("not valid UTF-8", position, hint=hint) from None


def _syntax_error(message: str, text: str) -> UnreadableError:
    if "\0" in text:
        return UnreadableError(
            "not a text file: it holds a NUL byte", _after(text.partition("\0")[0])
        )
    detail = _NAMES.sub(_dotted, _PLACE.sub("", message))
    detail = detail[:1].lower() + detail[1:]
    hint = (
        'text stands in quotes: model = "openai/gpt-4o-mini"' if detail == "invalid value" else None
    )
    return UnreadableError("not valid TOML", _named_place(message, text), detail=detail, hint=hint)


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
    """Return the position of what follows `before`."""
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
