"""Prices a call: as its server says, by the configuration, or from LiteLLM's price list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.contract.reply import PriceSource
from hello_llm.prices.own_prices import cost
from hello_llm.prices.rates import ROUTERS
from hello_llm.providers.http.route import Route

_FLOAT_NOISE = Decimal("1e-15")
"""Prices are multiples of much larger amounts; the errors of float sums are much smaller."""

_unlisted: set[tuple[str, str]] = set()
"""Vendor and name of models that the table lacks; LiteLLM would search it again in each call."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a call costs."""

    usd: Decimal
    """The price in US dollars, exactly."""
    source: PriceSource
    """Who says it."""

    @property
    def micros(self) -> int:
        """The price in millionths of a dollar, half a millionth rounded up."""
        return _rounded(self.usd * 10**6)

    @property
    def nanos(self) -> int:
        """The price in billionths of a dollar, half a billionth rounded up."""
        return _rounded(self.usd * 10**9)


@dataclass(frozen=True, slots=True)
class Counted:
    """The tokens that a server counted, as far as it did."""

    tokens_in: int | None
    """Those of the prompt."""
    tokens_cached: int | None
    """Those of the prompt that came from its cache."""
    tokens_out: int | None
    """Those of the reply."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What is known of prices besides what a server says itself."""

    litellm: ModuleType
    """LiteLLM, which has a price list."""
    own: Mapping[str, ModelFacts] = field(default_factory=dict)
    """The prices of the user's own, by the names of models; they override the list."""

    def price(self, route: Route, counted: Counted, spent: object) -> Price | None:
        """Return what a call cost, or ``None`` if that is unknown.

        Args:
            route: where the call went; a server of the user's own costs nothing.
            counted: the tokens that the server counted.
            spent: LiteLLM's usage object; ``None`` if its details cannot be priced.
        """
        tokens_in, tokens_out = counted.tokens_in, counted.tokens_out
        known = spent is not None and tokens_in is not None and tokens_out is not None
        facts = self.own.get(route.typed)
        usd: Decimal | None = None
        if facts is not None:
            if known:
                usd = cost(facts, tokens_in or 0, counted.tokens_cached or 0, tokens_out or 0)
            return None if usd is None else Price(usd, "configuration")
        if route.self_hosted:
            return Price(Decimal(), "local")
        if known:
            usd = usd_of(self.litellm, route.vendor, route.name, usage_object=spent)
        return None if usd is None else Price(usd, "list")


def usd_of(litellm: ModuleType, vendor: str, name: str, **used: object) -> Decimal | None:
    """Return the price of what was `used` in dollars, or ``None`` if the model has no known price.

    Source: ``litellm.cost_per_token``, which handles cached, reasoning and tiered prices. It
    computes with floats, so their noise is removed before anything is added or rounded.
    """
    if (vendor, name) in _unlisted or name in ROUTERS:
        return None
    try:
        costs = litellm.cost_per_token(model=name, custom_llm_provider=vendor, **used)
        if not any(costs) and not _priced(litellm, vendor, name):
            return None
        return exact_sum(*costs)
    except litellm.exceptions.ModelNotMappedError:
        _unlisted.add((vendor, name))
        return None
    except (ArithmeticError, TypeError, ValueError):
        return None  # the server's details are not usable numbers


def _priced(litellm: ModuleType, vendor: str, name: str) -> bool:
    """Return whether the table contains a price; LiteLLM treats a missing one as 0."""
    row = litellm.get_model_info(model=name, custom_llm_provider=vendor)["key"]
    return "input_cost_per_token" in litellm.model_cost.get(row, {})


def exact_sum(*usd: float) -> Decimal:
    """Add up dollars exactly, without the noise of floats.

    >>> exact_sum(9.000000000000001e-07, 1.5e-06)
    Decimal('0.000002400000000')
    """
    return sum((Decimal(repr(part)).quantize(_FLOAT_NOISE) for part in usd), Decimal())


def _rounded(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
