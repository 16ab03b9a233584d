"""Finds a value in a JSON document by a small part of JSONPath: ``$.answers[0]["first name"]``."""

import re
from typing import Any

from hello_llm.toml_file.kinds import UnfitError

Step = str | int
"""The name of a member, or the number of an element; a negative one counts from the end."""

_STEP = re.compile(r"""\.([\w-]+)|\[(-?\d{1,9})\]|\["([^"\\]*)"\]|\['([^'\\]*)'\]""")


class MissingError(LookupError):
    """A document has no value in that place."""


def parse(path: str) -> tuple[Step, ...]:
    """Return the steps of `path`, outermost first.

    Raises:
        UnfitError: it is none of the paths that are known here.
    """
    steps: list[Step] = []
    at = 1
    while path.startswith("$") and at < len(path) and (found := _STEP.match(path, at)):
        name, number, double, single = found.groups()
        steps.append(int(number) if number else name or double or single or "")
        at = found.end()
    if not path.startswith("$") or at != len(path):
        raise UnfitError(
            "holds a path that is not known here", 'a path looks like $.answers[0]["first name"]'
        )
    return tuple(steps)


def find(document: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of `document` at `path`.

    Raises:
        MissingError: there is none.
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
    """Tell whether two JSON values are equal; true is not 1, as it is in Python."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(expected[k], got[k]) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return expected == got


def holds(whole: object, part: object) -> bool:
    """Tell whether `whole` has every member of `part`, and those of its tables."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and holds(whole[key], part[key]) for key in part)
    return same(part, whole)
