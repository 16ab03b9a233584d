"""A limit holds in each window of the calendar, wherever the clock goes meanwhile."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from hello_llm.contract import BudgetError
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Ledger
from hello_llm.ledger.spending import reading

DAILY = Budget((Limit("daily", 10),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def call(bound: int) -> PlannedCall:
    return PlannedCall("chat", "openai/x", bound)


def test_the_next_day_begins_with_nothing_spent(ledger, clock):
    clock.set(at("2026-12-31 23:59:59"))
    ledger.reserve(call(10), DAILY)
    with pytest.raises(BudgetError):
        ledger.reserve(call(1), DAILY)

    clock.set(at("2027-01-01 00:00"))
    ledger.reserve(call(10), DAILY)


def test_a_call_counts_when_it_was_made_even_if_it_ends_the_next_day(ledger, clock):
    clock.set(at("2026-03-04 23:59"))
    reservation = ledger.reserve(call(10), DAILY)

    clock.set(at("2026-03-05 00:01"))
    reservation.settle(8)
    ledger.reserve(call(10), DAILY)

    clock.set(at("2026-03-04 23:59"))
    ledger.reserve(call(2), DAILY)


def test_a_clock_that_is_set_back_meets_what_was_spent_already(ledger, clock):
    clock.set(at("2026-03-04 20:00"))
    ledger.reserve(call(8), DAILY)

    clock.set(at("2026-03-04 08:00"))
    with pytest.raises(BudgetError):
        ledger.reserve(call(3), DAILY)
    ledger.reserve(call(2), DAILY)


def test_what_a_wrong_clock_recorded_does_not_count_in_other_days(ledger, clock):
    clock.set(at("2040-01-01 12:00"))
    ledger.reserve(call(10), DAILY)

    clock.set(at("2026-03-04 12:00"))
    ledger.reserve(call(10), DAILY)


def test_a_day_of_25_hours_has_one_limit(path, clock):
    with Ledger(path, clock=clock, zone=ZoneInfo("Europe/Berlin")) as ledger:
        clock.set(at("2026-10-24 22:30"))
        ledger.reserve(call(6), DAILY)
        clock.set(at("2026-10-25 22:30"))
        with pytest.raises(BudgetError):
            ledger.reserve(call(6), DAILY)
        clock.set(at("2026-10-25 23:00"))
        ledger.reserve(call(6), DAILY)


def test_days_are_listed_as_the_clock_counts_them(path, clock):
    zone = ZoneInfo("Europe/Berlin")
    with Ledger(path, clock=clock, zone=zone) as ledger:
        for moment in (
            "2026-10-24 21:59",
            "2026-10-24 22:30",
            "2026-10-25 22:30",
            "2026-10-25 23:00",
        ):
            clock.set(at(moment))
            ledger.reserve(call(1)).settle(1)
    with reading(path, zone) as reader:
        days = [(day.name, day.nano_usd) for day in reader.spending("day", 0)]
    assert days == [("2026-10-24", 1), ("2026-10-25", 2), ("2026-10-26", 1)]


def test_a_day_may_begin_at_any_minute(path, clock):
    """As with TZ=XXX-1:07."""
    zone = timezone(timedelta(minutes=67))
    limits = (
        *DAILY.limits,
        Limit("daily", 10, "profiles", "p"),
        Limit("daily", 10, "models", "a/b"),
    )
    with Ledger(path, clock=clock, zone=zone) as ledger:
        for moment, bound in (("22:52", 3), ("22:54", 4), ("23:10", 5)):
            clock.set(at(f"2026-03-04 {moment}"))
            ledger.reserve(PlannedCall("chat", "a/b", bound, "p"), Budget(limits)).settle(bound)
        with reading(path, zone) as reader:
            standings = reader.standings(Budget(limits), int(clock() * 1000))
            left = [one.left_nano_usd for one in standings]
    assert left == [1, 1, 1]
