"""A bound counts every byte and the highest price that may apply, and never guesses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hello_llm.contract import ChatRequest, Message, Params, ToolCall
from hello_llm.contract.model_facts import ModelFacts
from hello_llm.prices.bound import (
    TOKENS_PER_MESSAGE,
    TOKENS_PER_REQUEST,
    Bound,
    Unbounded,
    bound,
)
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.rows import read_model

PLAIN = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06, "max_output_tokens": 1000}
DOLLARS_A_MILLION = Decimal("0.000001")


def of(row, name="vendor/x"):
    return read_model(name, row, date(2026, 10, 21))


def bounded(model, request) -> Bound:
    """The bound of a request that has one."""
    found = bound(model, request)
    assert isinstance(found, Bound), found
    return found


def asked(text="hi", max_tokens=10, **how):
    return ChatRequest.from_prompt(text, params=Params(max_tokens=max_tokens), **how)


def rates(row, text="hi", name="vendor/x"):
    """The prices of a million tokens, in and out, that bound a call."""
    found = bounded(of(PLAIN | row, name), asked(text))
    return float(found.input_rate.per_million), float(found.output_rate.per_million)


def test_a_bound_is_exact_and_says_how_it_was_computed():
    found = bounded(of(PLAIN), asked())
    sent = len('{"role": "user", "content": "hi"}')
    tokens = sent + TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE
    assert found.nano_usd == tokens * 2000 + 10 * 8000
    assert found.words == (
        f"{tokens} tokens in ({sent} bytes and 272 for the template) at $2 a million (input),"
        " 10 tokens out (max_tokens) at $8 a million (output)"
    )
    assert (found.price_source, found.listed) == ("list", date(2026, 10, 21))


@pytest.mark.parametrize(
    ("text", "at_least"), [("é", 2), ("漢" * 10, 30), ("\x00", 1), ("\ud800", 3), ('"\\' * 5, 10)]
)
def test_no_text_has_fewer_bytes_than_its_utf_8(text, at_least):
    empty = bounded(of(PLAIN), asked(""))
    assert bounded(of(PLAIN), asked(text)).prompt_bytes - empty.prompt_bytes >= at_least


def test_every_message_and_what_it_carries_counts():
    call = ToolCall("call-1", "look_up", '{"city": "Rome"}')
    turns = (
        Message("system", "s" * 100),
        Message("user", "u" * 100),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "t" * 100, tool_call_id="call-1"),
    )
    found = bounded(of(PLAIN), ChatRequest(turns, params=Params(max_tokens=1)))
    assert found.prompt_bytes > 300 + len(call.arguments) + len(call.name)
    assert found.allowance == TOKENS_PER_REQUEST + 4 * TOKENS_PER_MESSAGE


@pytest.mark.parametrize(
    ("row", "paid"),
    [
        ({}, (2, 8)),
        ({"cache_read_input_token_cost": 1e-06}, (2, 8)),
        ({"cache_creation_input_token_cost": 3e-06}, (3, 8)),
        ({"cache_creation_input_token_cost_above_1hr": 4e-06}, (4, 8)),
        ({"output_cost_per_reasoning_token": 9e-06}, (2, 9)),
        ({"output_cost_per_reasoning_token": 7e-06}, (2, 8)),
        ({"input_cost_per_token_batches": 1e-06, "output_cost_per_token_batches": 1e-06}, (2, 8)),
        ({"input_cost_per_token_flex": 1e-06}, (2, 8)),
        ({"input_cost_per_token_ultrafast": 1e-04}, (2, 8)),
        ({"off_peak_pricing": {"input_cost_per_token": 1e-06}}, (2, 8)),
        ({"input_cost_per_token_above_200k_tokens": 5e-06}, (2, 8)),
    ],
)
def test_the_highest_price_that_may_apply_to_a_short_prompt(row, paid):
    assert rates(row) == paid


@pytest.mark.parametrize(
    ("length", "paid"), [(100, (2, 8)), (150_000, (3, 8)), (250_000, (5, 9)), (600_000, (5, 9))]
)
def test_a_tier_counts_once_the_prompt_may_reach_it(length, paid):
    row = {
        "input_cost_per_token_above_128k_tokens": 3e-06,
        "input_cost_per_token_above_200k_tokens": 5e-06,
        "output_cost_per_token_above_200k_tokens": 9e-06,
    }
    assert rates(row, "x" * length) == paid


@pytest.mark.parametrize(("name", "paid"), [("openai/x", (4, 8)), ("gemini/x", (2, 8))])
def test_a_service_counts_where_an_account_may_be_set_to_it(name, paid):
    assert rates({"input_cost_per_token_priority": 4e-06}, name=name) == paid


def test_a_surcharge_and_a_price_for_each_call_count():
    row = PLAIN | {"provider_specific_entry": {"us": 1.1, "fast": 6.0}, "input_cost_per_request": 1}
    plain, dear = bounded(of(PLAIN), asked()), bounded(of(row), asked())
    assert dear.nano_usd == (plain.nano_usd + 10**9) * 11 // 10
    assert dear.words.endswith(", $1 for the call, times 1.1 for the region")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, Unbounded.NO_PRICE),
        ({"input_cost_per_token": 1e-06}, Unbounded.NO_PRICE),
        ({"output_cost_per_token": 1e-06}, Unbounded.NO_PRICE),
        (
            {"input_cost_per_token_priority": 1e-06, "output_cost_per_token_priority": 1e-06},
            Unbounded.NO_PRICE,
        ),
        (PLAIN | {"max_output_tokens": None}, Unbounded.NO_LIMIT),
    ],
)
def test_without_a_price_or_a_limit_there_is_no_bound(row, reason):
    assert bound(of(row, "openai/x"), asked(max_tokens=None)) is reason


def test_an_unknown_model_has_no_bound():
    assert bound(None, asked()) is Unbounded.UNKNOWN


def test_a_model_that_searches_as_it_likes_has_no_bound():
    row = PLAIN | {"search_context_cost_per_query": {"search_context_size_low": 0.01}}
    assert bound(of(row, "openai/gpt-search"), asked()) is Unbounded.SEARCHES
    assert isinstance(bound(of(row, "openai/gpt"), asked()), Bound)
    assert bounded(of(row, "perplexity/sonar"), asked()).per_request == Decimal("0.01")


def test_the_limit_of_the_request_comes_before_that_of_the_model():
    model = of(PLAIN)
    assert bounded(model, asked(max_tokens=5000)).output_tokens == 5000
    assert bounded(model, asked(max_tokens=None)).output_tokens == 1000
    assert "(the model's limit)" in bounded(model, asked(max_tokens=None)).words


def test_a_server_of_ones_own_is_bounded_at_nothing_without_a_limit():
    found = bounded(Catalogue({}).find("ollama/x"), asked(max_tokens=None))
    assert (found.nano_usd, found.price_source) == (0, "local")


def test_a_configured_price_decides():
    model = of(PLAIN).with_facts(ModelFacts(input=Decimal(100), output=Decimal(200)))
    found = bounded(model, asked())
    assert found.price_source == "configuration"
    assert found.nano_usd == found.input_tokens * 100_000 + 10 * 200_000


def test_a_part_of_a_billionth_is_rounded_up():
    cheap = replace(of(PLAIN), surcharge=DOLLARS_A_MILLION)
    exact = bounded(of(PLAIN), asked()).nano_usd
    assert bounded(cheap, asked()).nano_usd == exact // 10**6 + 1


@pytest.mark.parametrize("max_tokens", [None, 100])
def test_every_listed_model_has_a_bound_or_a_reason(max_tokens):
    for model in Catalogue.installed().models():
        found = bound(model, asked(max_tokens=max_tokens))
        assert found.words if isinstance(found, Bound) else found.value
