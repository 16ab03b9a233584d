"""The table of assertions: for each key of ``expect``, how to read its value and judge it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from hello_llm.checks.assertions import figures, json_path, json_reply, text
from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import LLMReply
from hello_llm.files.reading import read_text
from hello_llm.judge.json_document import nested_too_deeply, parse
from hello_llm.settings.field import DOLLARS, TIME
from hello_llm.text import phrases
from hello_llm.toml_file.kinds import (
    Boolean,
    Choice,
    Integer,
    Kind,
    Name,
    TextList,
    UnfitError,
)

_MOST = 2**31 - 1


class Read(Protocol):
    """Interprets a value in the file."""

    def __call__(self, given: object, folder: Path) -> Any:  # noqa: ANN401 - each has its own
        """Interpret `given`; paths in it are relative to `folder`.

        Raises:
            UnfitError: the value is not allowed here.
        """
        ...


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that checks can make."""

    read: Read
    """Validates and interprets the value in the file."""
    judge: Callable[[Any, LLMReply], Mismatch | None] | None = None
    """Returns the mismatch of an answer, if any; ``None`` if a judge process must decide."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """An assertion that a check makes."""

    name: str
    """Its key in the file."""
    value: Any
    """The expected value."""


def _of(kind: Kind) -> Read:
    def read(given: object, folder: Path) -> object:  # noqa: ARG001 - a kind reads no file
        return kind.check(given)

    return read


def _paths(given: object, folder: Path) -> Mapping[str, Any]:  # noqa: ARG001 - see Read
    table = _table(given, 'a table such as { "$.name" = "Ada" }')
    for path in table:
        json_path.parse(path)
    return _json(table)


def _tool_call(given: object, folder: Path) -> Mapping[str, Any]:  # noqa: ARG001 - see Read
    table = _table(given, 'a table such as { name = "add", arguments = { a = 1 } }')
    unknown = next((key for key in table if key not in {"name", "arguments"}), None)
    if unknown is not None:
        raise UnfitError(f"has the unknown key {phrases.quoted(unknown)}", "name and arguments")
    if not isinstance(table.get("name"), str):
        raise UnfitError("must name the tool", 'tool_call = { name = "add" }')
    _table(table.get("arguments", {}), "a table of arguments")
    return _json(table)


def _schema(given: object, folder: Path) -> str:
    """Return the text of a schema, which only a judge process can validate."""
    if not isinstance(given, str):
        return json.dumps(_json(_table(given, "a JSON Schema, or the file that holds one")))
    try:
        schema = parse(read_text(folder / given))
    except OSError as error:
        reason = f"{error.strerror}: {phrases.quoted(given)}"
        raise UnfitError(f"names a file that cannot be read: {reason}") from None
    except ValueError as error:
        raise UnfitError(f"names a file that is not JSON: {error}") from None
    if not isinstance(schema, dict):
        raise UnfitError("names a file that is not a JSON Schema: it is not an object")
    return json.dumps(_json(schema))


def _command(given: object, folder: Path) -> tuple[str, ...]:
    command = TextList('a list such as ["./judge"]').check(given)
    if not command:
        raise UnfitError("must name a program", 'exec = ["./judge"]')
    if any("\0" in word for word in command):
        raise UnfitError("contains a NUL character, which cannot be passed to a program")
    first = command[0]
    return (str((folder / first).absolute()) if "/" in first else first, *command[1:])


def _table(given: object, allowed: str) -> Mapping[str, Any]:
    if isinstance(given, dict):
        return given
    raise UnfitError(f"must be {allowed}, not {phrases.value(given)}")


def _json(table: Mapping[str, Any]) -> Mapping[str, Any]:
    if nested_too_deeply(table):
        raise UnfitError("is nested too deeply", "tables and lists can be nested 100 levels deep")
    try:
        json.dumps(table)
    except TypeError:
        raise UnfitError(
            "contains a date or a time, which JSON does not have", "write it as a text"
        ) from None
    except ValueError:
        raise UnfitError("contains a number with too many digits") from None
    return table


_TEXT = Name("a text")
_LIST = TextList('a list of texts, such as ["yes", "no"]')

ASSERTIONS: Mapping[str, Assertion] = MappingProxyType(
    {
        "equals": Assertion(_of(_TEXT), text.equals),
        "contains": Assertion(_of(_TEXT), text.contains),
        "icontains": Assertion(_of(_TEXT), text.icontains),
        "any_of": Assertion(_of(_LIST), text.any_of),
        "all_of": Assertion(_of(_LIST), text.all_of),
        "not_contains": Assertion(_of(_TEXT), text.not_contains),
        "regex": Assertion(_of(_TEXT)),
        "not_regex": Assertion(_of(_TEXT)),
        "starts_with": Assertion(_of(_TEXT), text.starts_with),
        "json": Assertion(_of(Boolean()), json_reply.parses),
        "json_path": Assertion(_paths, json_reply.path_equals),
        "json_schema": Assertion(_schema),
        "min_chars": Assertion(_of(Integer(0, _MOST)), text.min_chars),
        "max_chars": Assertion(_of(Integer(0, _MOST)), text.max_chars),
        "finish_reason": Assertion(
            _of(Choice(("stop", "length", "tool_calls"))), figures.finish_reason
        ),
        "tool_call": Assertion(_tool_call, json_reply.calls),
        "max_latency": Assertion(_of(TIME), figures.max_latency),
        "max_first_token": Assertion(_of(TIME), figures.max_first_token),
        "max_tokens_out": Assertion(_of(Integer(0, _MOST)), figures.max_tokens_out),
        "max_cost": Assertion(_of(DOLLARS), figures.max_cost),
        "exec": Assertion(_command),
    }
)
"""Every assertion by its key in the file."""
