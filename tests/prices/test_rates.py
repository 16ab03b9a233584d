"""A row's prices are read exactly, each with what it applies to."""

from decimal import Decimal

import pytest

from hello_llm.prices.rates import Kind, Rate, amount, read_rates


@pytest.mark.parametrize(
    ("key", "rate"),
    [
        ("input_cost_per_token", Rate(Kind.INPUT, Decimal("1.5E-7"))),
        ("input_cost_per_token_cache_hit", Rate(Kind.CACHED, Decimal("1.5E-7"))),
        ("cache_read_input_token_cost", Rate(Kind.CACHED, Decimal("1.5E-7"))),
        (
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
            Rate(Kind.CACHE_WRITE, Decimal("1.5E-7"), above=200_000, one_hour=True),
        ),
        (
            "output_cost_per_token_above_272k_tokens_priority",
            Rate(Kind.OUTPUT, Decimal("1.5E-7"), above=272_000, tier="priority"),
        ),
        ("output_cost_per_reasoning_token", Rate(Kind.REASONING, Decimal("1.5E-7"))),
    ],
)
def test_a_key_says_what_a_price_is_for(key, rate):
    assert read_rates({key: 1.5e-07}) == (rate,)


@pytest.mark.parametrize(
    "key", ["input_cost_per_second", "output_cost_per_image", "input_dbu_cost_per_token", "mode"]
)
def test_what_is_no_price_of_a_token_is_left_out(key):
    assert read_rates({key: 1.5e-07}) == ()


@pytest.mark.parametrize("value", [True, "0.1", None, -1e-6, float("inf"), float("nan"), [1], 1e6])
def test_an_absurd_price_is_none(value):
    assert amount(value) is None
    assert read_rates({"input_cost_per_token": value}) == ()


def test_prices_in_a_table_of_ranges_apply_from_their_beginning():
    tiers = [
        {"input_cost_per_token": 1e-06, "range": [0, 32000.0]},
        {"input_cost_per_token": 2e-06, "range": [32000.0, 128000.0]},
        {"input_cost_per_query": 1.0, "max_results_range": [0, 5]},
    ]
    assert read_rates({"tiered_pricing": tiers}) == (
        Rate(Kind.INPUT, Decimal("0.000001")),
        Rate(Kind.INPUT, Decimal("0.000002"), above=32000),
    )


def test_prices_of_quiet_hours_are_marked_and_come_after_the_usual_one():
    row = {
        "off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": []},
        "input_cost_per_token": 2e-06,
    }
    usual, quiet = read_rates(row)
    assert (usual.usd, usual.condition) == (Decimal("0.000002"), "")
    assert (quiet.usd, quiet.condition) == (Decimal("0.000001"), "off-peak")


def test_a_condition_is_said_in_words():
    rate = Rate(Kind.CACHE_WRITE, Decimal(), above=200_000, tier="priority", one_hour=True)
    assert rate.condition == "kept for an hour, above 200,000 tokens, priority"
