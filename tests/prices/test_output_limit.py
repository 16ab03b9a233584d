"""A request without a limit gets one that the money pays for; one with a limit keeps it."""

from datetime import date

import pytest

from hello_llm.contract import ChatRequest, Params
from hello_llm.prices.bound import Bound, bound
from hello_llm.prices.output_limit import (
    FEWEST_TOKENS,
    USUAL_TOKENS,
    limited_to,
    tokens_for,
    with_output_limit,
)
from hello_llm.prices.rows import read_model

ROW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
ASKED = ChatRequest.from_prompt("hi")
A_DOLLAR = 10**9


def model(**row):
    return read_model("vendor/x", ROW | row, date(2026, 10, 21))


def limit(found, left=None, asked=ASKED):
    return with_output_limit(found, asked, left).params.max_tokens


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, USUAL_TOKENS),
        (model(), USUAL_TOKENS),
        (model(max_output_tokens=64_000), USUAL_TOKENS),
        (model(max_output_tokens=100), 100),
        (model(output_cost_per_token=0.0), None),
    ],
)
def test_the_limit_is_the_usual_one_or_the_models_own(found, expected):
    assert limit(found) == limit(found, 100 * A_DOLLAR) == expected


def test_a_limit_of_the_users_own_stays():
    asked = ChatRequest.from_prompt("hi", params=Params(max_tokens=50_000))
    assert with_output_limit(model(), asked, 1) is asked


@pytest.mark.parametrize("nano", [0, 10_000_000, 12_345_678, 50_000_000])
def test_what_an_amount_pays_for_is_exact(nano):
    tokens = tokens_for(nano, model(), ASKED) or 0
    fits, over = (bound(model(), limited_to(tokens + more, ASKED)) for more in (0, 1))
    assert isinstance(fits, Bound)
    assert isinstance(over, Bound)
    assert tokens == 0 or fits.nano_usd <= nano
    assert over.nano_usd > nano


def test_the_limit_never_falls_below_what_makes_sense():
    assert limit(model(), 5_000_000) == tokens_for(5_000_000, model(), ASKED)
    assert (limit(model(), 5_000_000) or 0) > FEWEST_TOKENS
    assert limit(model(), 1_000_000) == FEWEST_TOKENS
    assert limit(model(max_output_tokens=100), 1_000) == 100
