"""Turns a row of LiteLLM's price list into a model; what the row does not say is unknown."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hello_llm.contract.model_facts import Capability
from hello_llm.prices.model import Model
from hello_llm.prices.rates import ROUTERS, Kind, amount, read_rates

_CAPABILITY_KEYS: Mapping[Capability, str] = {
    "vision": "supports_vision",
    "pdf": "supports_pdf_input",
    "audio": "supports_audio_input",
    "tools": "supports_function_calling",
    "schema": "supports_response_schema",
    "reasoning": "supports_reasoning",
}
_SURCHARGES = ("regional_processing_uplift_multiplier_", "regional_endpoint_uplift_multiplier")
_REGIONS = ("us", "eu")
"""The places for which Anthropic has a factor, which an account may be set to."""
_ONE_SEARCH_VENDOR = "perplexity"
"""The vendor whose models search the web once for each call, unless they do research."""


def read_model(name: str, row: Mapping[str, Any], listed: date | None = None) -> Model:
    """Return the model that `row` describes.

    Args:
        name: the name as ``--model`` takes it.
        row: the row; values of the wrong kind count as missing.
        listed: the date of the list.
    """
    rates = () if name.rpartition("/")[2] in ROUTERS else read_rates(row)
    has_prices = any(rate.kind in {Kind.INPUT, Kind.OUTPUT} for rate in rates)
    per_search = _search_price(row.get("search_context_cost_per_query"))
    searches = per_search is not None and "search" in name
    return Model(
        name,
        ("list",),
        mode=_text(row.get("mode")),
        context=_count(row.get("max_input_tokens")),
        max_output=_count(row.get("max_output_tokens")),
        rates=rates,
        price_source="list" if has_prices else None,
        per_request=_fee(name, row, per_search),
        per_search=per_search,
        searches=searches,
        surcharge=_surcharge(row),
        capabilities={what: _flag(row.get(key)) for what, key in _CAPABILITY_KEYS.items()},
        retires=_day(row.get("deprecation_date")),
        listed=listed,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value >= 1
    return int(value) if usable else None  # type: ignore[call-overload]


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _fee(name: str, row: Mapping[str, Any], per_search: Decimal | None) -> Decimal | None:
    """Return the fee for each call, which is added to the cost of its tokens."""
    if name.startswith(f"{_ONE_SEARCH_VENDOR}/") and per_search is not None:
        return per_search
    return amount(row.get("input_cost_per_request"))


def _search_price(value: object) -> Decimal | None:
    prices = map(amount, value.values() if isinstance(value, dict) else ())
    return max((price for price in prices if price is not None), default=None)


def _surcharge(row: Mapping[str, Any]) -> Decimal:
    factors = [value for key, value in row.items() if key.startswith(_SURCHARGES)]
    special = row.get("provider_specific_entry")
    if isinstance(special, dict):
        factors += [special[region] for region in _REGIONS if region in special]
    known = (amount(factor) for factor in factors)
    return max([Decimal(1), *(factor for factor in known if factor is not None)])
