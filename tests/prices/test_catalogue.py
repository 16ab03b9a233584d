"""Models of the list and of the configuration: found by name, and never more known than said."""

from datetime import date
from decimal import Decimal

import pytest

from hello_llm.contract.model_facts import CAPABILITIES, ModelFacts
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.model import Model
from hello_llm.prices.price_list import read_rows
from hello_llm.prices.rates import Kind
from hello_llm.prices.rows import read_model

DAY = date(2026, 10, 21)
ROW = {
    "litellm_provider": "openai",
    "mode": "chat",
    "max_input_tokens": 128000,
    "max_output_tokens": 16384.0,
    "input_cost_per_token": 2e-06,
    "input_cost_per_token_above_200k_tokens": 4e-06,
    "cache_read_input_token_cost": 1e-06,
    "output_cost_per_token": 8e-06,
    "output_cost_per_reasoning_token": 9e-06,
    "supports_vision": True,
    "supports_pdf_input": False,
    "deprecation_date": "2027-01-02",
}
ROWS = {"tiny": ROW, "ollama/q": {"litellm_provider": "ollama", "mode": "chat"}}


def catalogue(**facts):
    configured = {"openai/tiny": ModelFacts(**facts)} if facts else {}
    return Catalogue(ROWS, configured, DAY)


def prices(model):
    return [model.price(kind) for kind in (Kind.INPUT, Kind.CACHED, Kind.OUTPUT)]


def test_a_row_becomes_a_model_and_what_it_does_not_say_is_unknown():
    model = catalogue().find("openai/tiny")
    assert (model.context, model.max_output, model.retires) == (128000, 16384, date(2027, 1, 2))
    assert prices(model) == [Decimal(2), Decimal(1), Decimal(8)]
    assert model.capabilities == dict.fromkeys(CAPABILITIES) | {"vision": True, "pdf": False}
    assert (model.sources, model.price_source, model.listed) == (("list",), "list", DAY)


@pytest.mark.parametrize("name", ["openai/nobody", "tiny", "", "/", "anthropic/tiny"])
def test_nothing_is_known_of_another_name(name):
    assert catalogue().find(name) is None


def test_values_of_the_wrong_kind_count_as_missing():
    row = dict.fromkeys(ROW, "a text") | {"max_input_tokens": True, "deprecation_date": "soon"}
    model = read_model("openai/x", row)
    assert model == Model("openai/x", ("list",), mode="a text")


def test_a_server_of_ones_own_costs_nothing_listed_or_not():
    for name in ("ollama/q", "ollama/other", "local/x", "hosted_vllm/x"):
        model = catalogue().find(name)
        assert (prices(model), model.price_source) == ([0, None, 0], "local")


def test_a_model_of_the_responses_api_is_the_same_model():
    model = catalogue().find("openai/responses/tiny")
    assert (model.name, model.mode) == ("openai/responses/tiny", "responses")
    assert prices(model) == prices(catalogue().find("openai/tiny"))


def test_a_configured_price_replaces_every_listed_one_of_the_same_tokens():
    model = catalogue(input=Decimal(5)).find("openai/tiny")
    assert [(rate.kind, rate.per_million) for rate in model.rates] == [
        (Kind.INPUT, 5),
        (Kind.OUTPUT, 8),
        (Kind.REASONING, 9),
    ]
    assert (model.sources, model.price_source) == (("list", "configuration"), "configuration")


def test_a_configured_price_of_the_reply_replaces_that_of_reasoning():
    model = catalogue(output=Decimal(1), cached_input=Decimal("0.5")).find("openai/tiny")
    assert prices(model) == [Decimal(2), Decimal("0.5"), Decimal(1)]
    assert Kind.REASONING not in {rate.kind for rate in model.rates}


def test_what_a_configuration_does_not_say_stays_as_listed():
    model = catalogue(context=5, can=("audio",)).find("openai/tiny")
    assert (model.context, model.max_output, model.price_source) == (5, 16384, "list")
    assert model.capabilities["audio"] is model.capabilities["vision"] is True
    assert model.capabilities["pdf"] is False


def test_a_configuration_adds_a_model():
    found = Catalogue({}, {"openai/mine": ModelFacts(input=Decimal(3))}).find("openai/mine")
    assert found is not None
    assert (found.sources, prices(found)) == (("configuration",), [3, None, None])


def test_every_row_of_the_installed_list_can_be_read():
    rows = read_rows()
    assert len(rows) > 4000
    for key, row in rows.items():
        model = read_model(key, row)
        assert all(rate.usd >= 0 for rate in model.rates)
        assert all(type(can) is bool or can is None for can in model.capabilities.values())


def test_the_installed_list_says_of_each_model_what_its_row_says():
    rows, installed = read_rows(), Catalogue.installed()
    model = installed.find("openai/gpt-4o-mini")
    row = rows["gpt-4o-mini"]
    assert model is not None
    assert model.price(Kind.INPUT) == Decimal(repr(row["input_cost_per_token"])) * 1_000_000
    assert [one.name for one in installed.models()] == installed.names()
