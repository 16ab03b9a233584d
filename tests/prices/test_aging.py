"""A model that retires soon and a list that is old are said, in days; what has no date is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hello_llm.prices.aging import old_list, retirement
from hello_llm.prices.model import Model

DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (31, None),
        (30, "openai/x retires on 2026-12-30, in 30 days"),
        (1, "openai/x retires on 2026-12-01, in 1 day"),
        (0, "openai/x was retired by its vendor on 2026-11-30"),
        (-400, "openai/x was retired by its vendor on 2025-10-26"),
    ],
)
def test_a_retirement_is_said_from_thirty_days_before(days, said):
    model = replace(Model("openai/x"), retires=DAY + timedelta(days=days))
    assert retirement(model, DAY) == said


@pytest.mark.parametrize("model", [None, Model("openai/x")])
def test_nothing_is_said_of_a_model_whose_retirement_nobody_knows(model):
    assert retirement(model, DAY) is None


@pytest.mark.parametrize(("days", "said"), [(0, False), (90, False), (91, True), (-5, False)])
def test_a_list_is_old_after_ninety_days(days, said):
    assert (old_list(DAY - timedelta(days=days), DAY) is not None) == said


def test_an_old_list_is_said_with_its_date_and_one_without_a_date_is_not():
    assert old_list(date(2026, 1, 1), DAY) == (
        "the price list is of 2026-01-01, 333 days old: prices may have changed"
    )
    assert old_list(None, DAY) is None
