"""Prices a call in whole millionths of a US dollar, from LiteLLM's bundled price table."""

from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType

_FLOAT_NOISE = Decimal("1e-15")
"""Prices are multiples of much larger amounts; the errors of float sums are much smaller."""

_unlisted: set[tuple[str, str]] = set()
"""Vendor and name of models that the table lacks; LiteLLM would search it again in each call."""


def usd_micros(litellm: ModuleType, vendor: str, name: str, usage: object) -> int | None:
    """Return the price of `usage` in micro-dollars, or ``None`` if the model has no known price.

    Source: ``litellm.cost_per_token``, which handles cached, reasoning and tiered prices. It
    computes with floats, so their noise is removed before anything is added or rounded.
    """
    return _price(litellm, vendor, name, usage_object=usage)


def _price(litellm: ModuleType, vendor: str, name: str, **used: object) -> int | None:
    if (vendor, name) in _unlisted:
        return None
    try:
        costs = litellm.cost_per_token(model=name, custom_llm_provider=vendor, **used)
        if not any(costs) and not _priced(litellm, vendor, name):
            return None
        return to_micros(*costs)
    except litellm.exceptions.ModelNotMappedError:
        _unlisted.add((vendor, name))
        return None
    except (ArithmeticError, TypeError, ValueError):
        return None  # the server's details are not usable numbers


def _priced(litellm: ModuleType, vendor: str, name: str) -> bool:
    """Return whether the table contains a price; LiteLLM treats a missing one as 0."""
    row = litellm.get_model_info(model=name, custom_llm_provider=vendor)["key"]
    return "input_cost_per_token" in litellm.model_cost.get(row, {})


def to_micros(*usd: float) -> int:
    """Add up dollars exactly and return millionths, rounding half a millionth up.

    >>> to_micros(9.000000000000001e-07, 1.5e-06)
    2
    """
    total = sum((Decimal(repr(part)).quantize(_FLOAT_NOISE) for part in usd), Decimal())
    return int((total * 1_000_000).to_integral_value(ROUND_HALF_UP))


def most_micros(model: str, tokens_in: int, tokens_out: int) -> int | None:
    """Return the most that a call can cost in micro-dollars, or ``None`` without a known price.

    Args:
        model: the vendor-qualified model.
        tokens_in: an upper bound on the prompt's tokens.
        tokens_out: the limit on the reply's tokens.
    """
    from hello_llm.providers.litellm.loader import load

    vendor, _, name = model.partition("/")
    return _price(load(), vendor, name, prompt_tokens=tokens_in, completion_tokens=tokens_out)
