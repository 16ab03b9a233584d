"""The assertions that a judge process decides, and how it validates and judges each of them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from hello_llm.judge.excerpts import excerpt
from hello_llm.judge.messages import Answer, Job

if TYPE_CHECKING:
    from hello_llm.judge.json_schema import Schema

_PROGRAM = "hello_llm.judge.program"
_JSONSCHEMA = "hello_llm.judge.json_schema"


class Rule(NamedTuple):
    """How to validate and judge one kind of assertion."""

    expected: Callable[[Any], str]
    """Describes the expected result for a reader."""
    judge: Callable[[Any, Job], str | None]
    """Describes the actual result; ``None`` if the assertion is met."""
    validate: Callable[[Any], Answer] | None = None
    """Returns what is wrong with the assertion itself; unset if nothing can be."""
    imports: tuple[str, ...] = ()
    """The modules that it needs, which are loaded before the time of a job starts."""
    starts_programs: bool = False
    """Whether it starts programs, so that its worker cannot be used again."""


def _validate_regex(pattern: str) -> Answer:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return [f"is not a regular expression: {_reason(error)}"]
    return None


def _regex(pattern: str, job: Job) -> str | None:
    return None if re.search(pattern, job.text) else excerpt(job.text)


def _not_regex(pattern: str, job: Job) -> str | None:
    found = re.search(pattern, job.text)
    return f"the match {excerpt(found[0])!r}" if found else None


def _validate_schema(text: str) -> Answer:
    from hello_llm.judge.json_schema import BadSchemaError

    try:
        _schema_of(text).validate()
    except BadSchemaError as error:
        return [error.reason] if error.hint is None else [error.reason, error.hint]
    return None


@lru_cache(maxsize=64)
def _schema_of(text: str) -> "Schema":
    from hello_llm.judge.json_schema import Schema

    return Schema(json.loads(text))


def _json_schema(text: str, job: Job) -> str | None:
    return _schema_of(text).judge(job.text)


def _exec(command: Sequence[str], job: Job) -> str | None:
    from hello_llm.judge.program import judged_by

    return judged_by(command, job)


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "regex": Rule("a match of /{}/".format, _regex, _validate_regex),
        "not_regex": Rule("no match of /{}/".format, _not_regex, _validate_regex),
        "json_schema": Rule(
            lambda _: "what the schema allows", _json_schema, _validate_schema, (_JSONSCHEMA,)
        ),
        "exec": Rule(
            lambda command: f"exit code 0 of {' '.join(command)}",
            _exec,
            imports=(_PROGRAM,),
            starts_programs=True,
        ),
    }
)
"""The assertions whose verdict can take arbitrarily long."""


def can_be_validated(name: str) -> bool:
    """Return whether an assertion of this name can itself be invalid."""
    return name in RULES and RULES[name].validate is not None
