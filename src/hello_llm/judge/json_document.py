"""Parses JSON from other sources strictly, and rejects values that Python cannot handle."""

import json
import re
from typing import Any

_DEEPEST = 100


class NoJSONError(ValueError):
    """A text is not JSON, or is JSON that no program can be expected to read."""


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Parse the JSON in `text`.

    Raises:
        NoJSONError: it is not JSON, or cannot be read.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise NoJSONError("nested too deeply") from None
    except ValueError as error:
        # Python's own message about a number of more than 4,300 digits is written for programmers.
        told = re.sub(r"(?s)^Exceeds the limit.*", "a number with too many digits", str(error))
        raise NoJSONError(told) from None


def nested_too_deeply(value: object) -> bool:
    """Return whether the objects and lists in `value` are nested more than 100 levels deep."""
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
    raise ValueError(f"{name} is not JSON")
