"""Finds a value in a JSON document with a subset of JSONPath: ``$.answers[0]["first name"]``."""

import re
from typing import Any

from hello_llm.toml_file.kinds import UnfitError

Step = str | int
"""The name of a member, or the index of an element; a negative index counts from the end."""

_STEP = re.compile(r"""\.([\w-]+)|\[(-?\d{1,9})\]|\["([^"\\]*)"\]|\['([^'\\]*)'\]""")


class MissingError(LookupError):
    """A document has no value at the path."""


def parse(path: str) -> tuple[Step, ...]:
    """Return the steps of `path`, outermost first.

    Raises:
        UnfitError: `path` is not in the supported subset of JSONPath.
    """
    steps: list[Step] = []
    at = 1
    while path.startswith("$") and at < len(path) and (found := _STEP.match(path, at)):
        name, number, double, single = found.groups()
        steps.append(int(number) if number else name or double or single or "")
        at = found.end()
    if not path.startswith("$") or at != len(path):
        raise UnfitError(
            "contains an unsupported path", 'a path looks like $.answers[0]["first name"]'
        )
    return tuple(steps)


def find(document: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of `document` at `path`.

    Raises:
        MissingError: there is no value at `path`.
    """
    value = document
    for step in parse(path):
        fits = isinstance(value, list) if isinstance(step, int) else isinstance(value, dict)
        try:
            value = value[step] if fits else None
        except LookupError:
            fits = False
        if not fits:
            raise MissingError(path)
    return value


def same(expected: object, got: object) -> bool:
    """Return whether two JSON values are equal; unlike in Python, true does not equal 1."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(expected[k], got[k]) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return expected == got


def holds(whole: object, part: object) -> bool:
    """Return whether `whole` has every member of `part`, at every level of nested objects."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and holds(whole[key], part[key]) for key in part)
    return same(part, whole)
