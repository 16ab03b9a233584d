"""Reads JSON that somebody else wrote: exactly JSON, and no value that Python stumbles over."""

import json
import re
from typing import Any

_DEEPEST = 100


class NoJSONError(ValueError):
    """A text is no JSON, or JSON that no program can be expected to read."""


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON in `text`.

    Raises:
        NoJSONError: it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise NoJSONError("nested too deeply") from None
    except ValueError as error:
        # Python's own sentence on a number of more than 4,300 digits speaks to programmers.
        told = re.sub(r"(?s)^Exceeds the limit.*", "a number of too many digits", str(error))
        raise NoJSONError(told) from None


def nested_too_deeply(value: object) -> bool:
    """Tell whether tables and lists stand in each other more than 100 deep in `value`."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return False
    return True


def _within(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
