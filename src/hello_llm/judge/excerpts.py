"""Quotes an answer, or a value in it, for a verdict."""

import json

_LONGEST = 500


def excerpt(text: str) -> str:
    """Return the first 500 characters of `text`, or a phrase if it is empty."""
    if not text:
        return "an empty answer"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def as_json(value: object) -> str:
    """Return `value` as JSON text, shortened."""
    try:
        return excerpt(json.dumps(value, ensure_ascii=False, default=str))
    except RecursionError:
        return "a value that is nested too deeply"
