"""A model as the price list, the configuration and its server describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal, Self

from hello_llm.contract.model_facts import CAPABILITIES, Capability, ModelFacts
from hello_llm.contract.reply import PriceSource
from hello_llm.prices.rates import MILLION, Kind, Rate

Source = Literal["list", "configuration", "server"]
"""Who knows the model."""

_REPLACED: Mapping[Kind, frozenset[Kind]] = {
    Kind.INPUT: frozenset(kind for kind in Kind if "input" in kind) | {Kind.CACHE_WRITE},
    Kind.CACHED: frozenset({Kind.CACHED}),
    Kind.OUTPUT: frozenset(kind for kind in Kind if "output" in kind) | {Kind.REASONING},
}
"""The prices of the list that one in the configuration replaces."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model; what nobody says about it is ``None``."""

    name: str
    """The name as ``--model`` takes it: ``VENDOR/MODEL``."""
    sources: tuple[Source, ...] = ()
    """Who knows it."""
    mode: str | None = None
    """Its API: ``chat``, ``completion`` or ``responses``."""
    context: int | None = None
    """The most tokens that a prompt may have."""
    max_output: int | None = None
    """The most tokens that a reply may have."""
    rates: tuple[Rate, ...] = ()
    """The prices of its tokens, the usual one of each kind first."""
    price_source: PriceSource | None = None
    """Who says these prices; ``None`` if there are none."""
    per_request: Decimal | None = None
    """What each call costs besides its tokens, in US dollars."""
    per_search: Decimal | None = None
    """The most that a search of the web costs, in US dollars."""
    searches: bool = False
    """Whether it searches the web without being asked to, as often as it likes."""
    surcharge: Decimal = Decimal(1)
    """The largest factor on all prices for where a call is served."""
    capabilities: Mapping[Capability, bool | None] = field(
        default_factory=lambda: dict.fromkeys(CAPABILITIES)
    )
    """Whether it can do each thing; ``None`` if nobody says."""
    retires: date | None = None
    """The day from which its vendor no longer serves it."""
    listed: date | None = None
    """The date of the price list that it is in, if known."""

    @property
    def vendor(self) -> str:
        """The vendor prefix of its name."""
        return self.name.partition("/")[0]

    def price(self, kind: Kind) -> Decimal | None:
        """Return the usual price of a million tokens of `kind` in US dollars, if it has one."""
        rate = next((rate for rate in self.rates if rate.kind is kind and rate.is_plain), None)
        return None if rate is None else rate.per_million

    def with_facts(self, facts: ModelFacts) -> Self:
        """Return the model as the configuration says it is.

        A price in the configuration replaces all those of the list for the same tokens, those for
        long prompts included. One of the prompt also replaces the list's for cached tokens.
        """
        given = {
            Kind.INPUT: facts.input,
            Kind.CACHED: facts.cached_input,
            Kind.OUTPUT: facts.output,
        }
        own = [Rate(kind, usd / MILLION) for kind, usd in given.items() if usd is not None]
        gone = frozenset[Kind]().union(*(_REPLACED[rate.kind] for rate in own))
        kept = [rate for rate in self.rates if rate.kind not in gone]
        return replace(
            self,
            sources=(*self.sources, "configuration"),
            context=self.context if facts.context is None else facts.context,
            max_output=self.max_output if facts.max_output is None else facts.max_output,
            rates=(*own, *kept),
            price_source="configuration" if facts.priced else self.price_source,
            capabilities={**self.capabilities, **dict.fromkeys(facts.can, True)},
        )
