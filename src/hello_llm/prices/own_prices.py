"""Prices a call by the configuration, completed from the price list where it is silent."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.rates import MILLION, Kind


def own_prices(name: str, configured: Mapping[str, ModelFacts]) -> ModelFacts | None:
    """Return the prices of the model `name`, if the configuration has any of them.

    A missing one is taken from the price list, which is read only in that case.
    """
    facts = configured.get(name)
    if facts is None or not facts.priced:
        return None
    if facts.input is not None and facts.output is not None:
        return facts
    model = Catalogue.installed(configured).find(name)
    if model is None:
        return facts
    return replace(
        facts,
        input=model.price(Kind.INPUT),
        output=model.price(Kind.OUTPUT),
        cached_input=model.price(Kind.CACHED),
    )


def cost(facts: ModelFacts, tokens_in: int, tokens_cached: int, tokens_out: int) -> Decimal | None:
    """Return the exact cost of a call in US dollars; ``None`` if a price is unknown.

    Args:
        facts: the prices; without one for cached tokens, these cost what the others do.
        tokens_in: the tokens of the prompt.
        tokens_cached: how many of them the server read from its cache.
        tokens_out: the tokens of the reply, its reasoning included.
    """
    if facts.input is None or facts.output is None:
        return None
    cached = min(tokens_cached, tokens_in)
    cached_price = facts.input if facts.cached_input is None else facts.cached_input
    paid = (tokens_in - cached) * facts.input + cached * cached_price + tokens_out * facts.output
    return paid / MILLION
