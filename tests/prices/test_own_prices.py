"""Configured prices are exact, and completed from the list only where they are silent."""

from decimal import Decimal

import pytest

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.prices import own_prices as module
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.own_prices import cost, own_prices

NAME = "openai/gpt-4o-mini"


def test_prices_that_are_complete_are_taken_as_they_are(monkeypatch):
    monkeypatch.delattr(module, "Catalogue")
    facts = ModelFacts(input=Decimal(1), output=Decimal(2))
    assert own_prices(NAME, {NAME: facts}) is facts


@pytest.mark.parametrize("configured", [{}, {NAME: ModelFacts(context=5)}])
def test_without_a_price_there_is_nothing_of_ones_own(configured):
    assert own_prices(NAME, configured) is None


def test_a_missing_price_is_that_of_the_list():
    found = own_prices(NAME, {NAME: ModelFacts(output=Decimal(9))})
    assert found == ModelFacts(Decimal("0.15"), Decimal(9), Decimal("0.075"))


def test_a_missing_price_of_an_unlisted_model_stays_unknown():
    found = own_prices("openai/mine", {"openai/mine": ModelFacts(output=Decimal(9))})
    assert found is not None
    assert cost(found, 1, 0, 1) is None


def test_the_cost_is_exact_and_never_counts_more_cached_tokens_than_there_are():
    facts = ModelFacts(Decimal(3), Decimal(5), Decimal(1))
    assert cost(facts, 10, 4, 2) == Decimal("0.000032")
    assert cost(facts, 10, 99, 0) == Decimal("0.00001")


def test_a_configured_model_costs_what_the_catalogue_says():
    facts = ModelFacts(input=Decimal("0.4"), output=Decimal("0.5"))
    model = Catalogue.installed({NAME: facts}).find(NAME)
    assert model is not None
    assert [rate.per_million for rate in model.rates] == [Decimal("0.4"), Decimal("0.5")]
