"""The table of assertions: for each key of ``expect``, what may stand there and what judges it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from hello_llm.checks import figure_assertions as figures
from hello_llm.checks import json_assertions, json_path
from hello_llm.checks import text_assertions as texts
from hello_llm.checks.evidence import Evidence, Shortfall
from hello_llm.checks.results import Finding
from hello_llm.checks.suite_keys import DOLLARS
from hello_llm.settings import phrases
from hello_llm.settings.kinds import (
    Boolean,
    Choice,
    Integer,
    Kind,
    Name,
    Number,
    TextList,
    UnfitError,
)

if TYPE_CHECKING:
    from hello_llm.checks.json_schema import Schema

_MOST = 2**31 - 1
_SECONDS = Number(0, 7 * 24 * 3600, unit=" of seconds")


class Read(Protocol):
    """Tells what a value in the file means."""

    def __call__(self, given: object, folder: Path) -> Any:  # noqa: ANN401 - each has its own
        """Return what `given` means; paths in it start from `folder`.

        Raises:
            UnfitError: it is not allowed here.
        """
        ...


@dataclass(frozen=True, slots=True)
class Assertion:
    """One that can be made."""

    read: Read
    """What may stand in the file."""
    judge: Callable[[Any, Evidence], Shortfall | None]
    """Returns how an answer falls short, or nothing."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One that a check makes."""

    name: str
    """Its key in the file."""
    value: Any
    """What is expected."""

    def finding(self, evidence: Evidence) -> Finding | None:
        """Return what is not as expected, if anything is not."""
        found = ASSERTIONS[self.name].judge(self.value, evidence)
        return None if found is None else Finding(self.name, found.expected, found.got)


def _of(kind: Kind) -> Read:
    def read(given: object, folder: Path) -> object:  # noqa: ARG001 - a kind reads no file
        return kind.check(given)

    return read


def _pattern(given: object, folder: Path) -> re.Pattern[str]:  # noqa: ARG001 - see Read
    text = _TEXT.check(given)
    try:
        return re.compile(text)
    except (re.error, RecursionError) as error:
        raise UnfitError(f"is no regular expression: {error}") from None


def _paths(given: object, folder: Path) -> Mapping[str, Any]:  # noqa: ARG001 - see Read
    table = _table(given, 'a table such as { "$.name" = "Ada" }')
    for path in table:
        json_path.parse(path)
    return _json(table)


def _tool_call(given: object, folder: Path) -> Mapping[str, Any]:  # noqa: ARG001 - see Read
    table = _table(given, 'a table such as { name = "add", arguments = { a = 1 } }')
    unknown = next((key for key in table if key not in {"name", "arguments"}), None)
    if unknown is not None:
        raise UnfitError(f"holds the unknown key {phrases.quoted(unknown)}", "name and arguments")
    if not isinstance(table.get("name"), str):
        raise UnfitError("must name the tool", 'tool_call = { name = "add" }')
    _table(table.get("arguments", {}), "a table of arguments")
    return _json(table)


def _schema(given: object, folder: Path) -> "Schema":
    from hello_llm.checks.json_schema import Schema  # noqa: PLC0415 - only this needs a validator

    if isinstance(given, str):
        return Schema.read(folder / given)
    return Schema(_table(given, "a JSON Schema, or the file that holds one"))


def _command(given: object, folder: Path) -> tuple[str, ...]:
    command = TextList('a list such as ["./judge"]').check(given)
    if not command:
        raise UnfitError("must name a program", 'exec = ["./judge"]')
    first = command[0]
    return (str((folder / first).absolute()) if "/" in first else first, *command[1:])


def _table(given: object, allowed: str) -> Mapping[str, Any]:
    if isinstance(given, dict):
        return given
    raise UnfitError(f"must be {allowed}, not {phrases.value(given)}")


def _json(table: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        json.dumps(table)
    except TypeError:
        raise UnfitError(
            "holds a date or a time, which JSON has not", "write it as a text"
        ) from None
    return table


_TEXT = Name("a text")
_LIST = TextList('a list of texts, such as ["yes", "no"]')

ASSERTIONS: Mapping[str, Assertion] = MappingProxyType(
    {
        "equals": Assertion(_of(_TEXT), texts.equals),
        "contains": Assertion(_of(_TEXT), texts.contains),
        "icontains": Assertion(_of(_TEXT), texts.icontains),
        "any_of": Assertion(_of(_LIST), texts.any_of),
        "all_of": Assertion(_of(_LIST), texts.all_of),
        "not_contains": Assertion(_of(_TEXT), texts.not_contains),
        "regex": Assertion(_pattern, texts.regex),
        "not_regex": Assertion(_pattern, texts.not_regex),
        "starts_with": Assertion(_of(_TEXT), texts.starts_with),
        "json": Assertion(_of(Boolean()), json_assertions.parses),
        "json_path": Assertion(_paths, json_assertions.path_equals),
        "json_schema": Assertion(_schema, json_assertions.satisfies),
        "min_chars": Assertion(_of(Integer(0, _MOST)), texts.min_chars),
        "max_chars": Assertion(_of(Integer(0, _MOST)), texts.max_chars),
        "finish_reason": Assertion(
            _of(Choice(("stop", "length", "tool_calls"))), figures.finish_reason
        ),
        "tool_call": Assertion(_tool_call, json_assertions.calls),
        "max_latency": Assertion(_of(_SECONDS), figures.max_latency),
        "max_first_token": Assertion(_of(_SECONDS), figures.max_first_token),
        "max_tokens_out": Assertion(_of(Integer(0, _MOST)), figures.max_tokens_out),
        "max_cost": Assertion(_of(DOLLARS), figures.max_cost),
        "exec": Assertion(_command, figures.accepted),
    }
)
"""Every assertion by its key in the file."""
