"""What a call cost, in whole millionths of a US dollar, by LiteLLM's bundled table of prices."""

from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType
from typing import Any

_FLOAT_NOISE = Decimal("1e-15")
"""Prices are multiples of far more than this, and the table's float sums err by far less."""


def usd_micros(litellm: ModuleType, vendor: str, name: str, usage: Any) -> int | None:  # noqa: ANN401 - LiteLLM's own usage object
    """Return the price of `usage` in micro-dollars, or ``None`` if the model has no known price.

    Source: ``litellm.cost_per_token``, which knows cached, reasoning and tiered prices. It
    computes with floats; their noise is cut off before anything is added or rounded.
    """
    return _price(litellm, vendor, name, usage_object=usage)


def _price(litellm: ModuleType, vendor: str, name: str, **used: Any) -> int | None:  # noqa: ANN401 - as LiteLLM takes it
    try:
        costs = litellm.cost_per_token(model=name, custom_llm_provider=vendor, **used)
        if not any(costs) and not _priced(litellm, vendor, name):
            return None
        return to_micros(*costs)
    except litellm.exceptions.ModelNotMappedError:
        return None
    except (ArithmeticError, TypeError, ValueError):
        return None  # the server's details are nothing to compute with


def _priced(litellm: ModuleType, vendor: str, name: str) -> bool:
    """Tell whether the table names a price; LiteLLM reads a missing one as 0."""
    row = litellm.get_model_info(model=name, custom_llm_provider=vendor)["key"]
    return "input_cost_per_token" in litellm.model_cost.get(row, {})


def to_micros(*usd: float) -> int:
    """Add up dollars exactly and return millionths, half a millionth rounded up.

    >>> to_micros(9.000000000000001e-07, 1.5e-06)
    2
    """
    total = sum((Decimal(repr(part)).quantize(_FLOAT_NOISE) for part in usd), Decimal())
    return int((total * 1_000_000).to_integral_value(ROUND_HALF_UP))


def most_micros(model: str, tokens_in: int, tokens_out: int) -> int | None:
    """Return the most that a call may cost in micro-dollars, or ``None`` without a known price.

    Args:
        model: the vendor-qualified model.
        tokens_in: an upper bound of the tokens of the prompt.
        tokens_out: the limit of the tokens of the reply.
    """
    from hello_llm.providers.litellm.loader import load

    vendor, _, name = model.partition("/")
    return _price(load(), vendor, name, prompt_tokens=tokens_in, completion_tokens=tokens_out)
