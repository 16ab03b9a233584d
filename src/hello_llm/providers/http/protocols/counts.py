"""Cleans up token counts, keeping only values that a server can have counted."""

from decimal import Decimal
from typing import Any

from hello_llm.providers.http.protocols.piece import Json

MOST_TOKENS = 2**53
"""From here on, not every JSON parser represents integers exactly."""

_MOST_DOLLARS = 10**6
"""A call never costs that much."""
_DETAILS = ("details", "cache_creation", "server_tool_use")


def count_of(value: object) -> int | None:
    """Return `value` as an integer if it can be a count, a whole number that is not negative.

    >>> count_of(12), count_of(12.0), count_of(12.5), count_of(-1), count_of("12"), count_of(True)
    (12, 12, None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < MOST_TOKENS or value != int(value):
        return None
    return int(value)


def usage_in(value: object) -> Json:
    """Return a copy of `value` if it is an object, else an empty object."""
    return dict(value) if isinstance(value, dict) else {}


def counts_in(usage: object) -> Json:
    """Return a copy of `usage` without values that LiteLLM cannot compute with.

    Keys for counts keep only counts; keys for details keep only objects or lists of objects.
    Strings elsewhere, such as the name of a tier or a region, stay.
    """
    usage = usage_in(usage)
    cleaned = {key: _cleaned(key.lower(), value) for key, value in usage.items()}
    return {key: value for key, value in cleaned.items() if value is not None}


def reported_cost(usage: object) -> Decimal | None:
    """Return the cost of the call in US dollars if the server says it in `usage`.

    OpenRouter says it as ``cost``, and what the model's vendor charges to a key of the user's own
    beside it; Perplexity says the sum in ``cost.total_cost``.
    """
    said = usage_in(usage)
    cost = said.get("cost")
    if isinstance(cost, dict):
        return _dollars(cost.get("total_cost"))
    total = _dollars(cost)
    if total is None or said.get("is_byok") is not True:
        return total
    upstream = _dollars(usage_in(said.get("cost_details")).get("upstream_inference_cost"))
    return None if upstream is None else total + upstream


def _dollars(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(repr(value)) if 0 <= value < _MOST_DOLLARS else None


def hides_discounts(usage: object) -> bool:
    """Return whether `usage` has unreadable details, which leaves the price unknown."""
    kinds = (
        value
        for key, value in usage_in(usage).items()
        if key.lower().endswith(_DETAILS) or "cache" in key.lower()
    )
    return any(map(_is_flawed, kinds))


def _is_flawed(detail: object) -> bool:
    match detail:
        case None:
            return False
        case list():
            return any(map(_is_flawed, detail))
        case dict():
            named = ((key.lower(), value) for key, value in detail.items())
            return any(
                _is_flawed(value) for key, value in named if key.endswith(("tokens", "count"))
            )
        case _:
            return count_of(detail) is None


def _cleaned(key: str, value: object) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    if key.endswith(_DETAILS):
        if isinstance(value, list):
            return [one for one in map(counts_in, value) if one]
        return counts_in(value) or None
    if key.endswith(("tokens", "count")):
        return count_of(value)
    if key == "cost":
        return None  # it is read here, and LiteLLM stumbles over some of its forms
    if isinstance(value, dict):
        return counts_in(value) or None
    return value if isinstance(value, str) else count_of(value)
