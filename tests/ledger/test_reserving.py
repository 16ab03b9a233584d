"""A call reserves its bound before it is sent, and settles afterwards."""

import pytest

from hello_llm.contract import BudgetError, ExitCode
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger.call import MOST_NANO_USD, PlannedCall
from hello_llm.ledger.ledger import Ledger
from hello_llm.ledger.spending import reading
from tests.ledger.reading import pragma, rows, states

A_DOLLAR = 10**9
DAILY = Budget((Limit("daily", 10 * A_DOLLAR),))


def call(dollars: int | None, profile: str | None = None, model: str = "openai/x") -> PlannedCall:
    return PlannedCall("chat", model, None if dollars is None else dollars * A_DOLLAR, profile)


def left(path, clock, zone, budget=DAILY) -> list[int]:
    with reading(path, zone) as reader:
        standings = reader.standings(budget, int(clock() * 1000))
        return [one.left_nano_usd // A_DOLLAR for one in standings]


def test_what_is_reserved_leaves_less_for_the_next(ledger, path, clock, zone):
    ledger.reserve(call(4), DAILY)
    ledger.reserve(call(6), DAILY)

    assert left(path, clock, zone) == [0]
    with pytest.raises(BudgetError):
        ledger.reserve(PlannedCall("chat", "openai/x", 1), DAILY)
    assert ledger.reserve(call(0), DAILY).warning is None


def test_a_refusal_names_the_limit_the_amounts_and_the_end_of_the_window(ledger):
    ledger.reserve(call(4), DAILY).settle(3 * A_DOLLAR)
    ledger.reserve(call(2), DAILY)

    with pytest.raises(BudgetError) as refused:
        ledger.reserve(call(6), DAILY)

    assert refused.value.exit_code is ExitCode.BUDGET
    assert refused.value.message == (
        "the daily limit ($10.00 until 2026-03-05 00:00) would be exceeded:"
        " $3.00 is spent, $2.00 is reserved, and this call may cost up to $6.00"
    )
    assert refused.value.hint == (
        "wait until 2026-03-05 00:00, or raise the limit: hello-llm config set budget.daily USD;"
        " hello-llm spend shows what was spent"
    )


def test_of_several_exceeded_limits_the_one_that_lasts_longest_is_named(ledger):
    limits = (
        Limit("daily", A_DOLLAR),
        Limit("monthly", A_DOLLAR, "profiles", "a b"),
        Limit("weekly", A_DOLLAR, "models", "openai/x"),
    )
    with pytest.raises(BudgetError) as refused:
        ledger.reserve(call(2, profile="a b"), Budget(limits))

    assert refused.value.message.startswith(
        "the monthly limit for profile a b ($1.00 until 2026-04-01 00:00) and 2 more would be"
        " exceeded: $0 is spent"
    )
    assert refused.value.hint == (
        "limit the answer with --max-tokens, or raise the limit:"
        " hello-llm config set 'budget.profiles.a b.monthly' USD;"
        " hello-llm spend shows what was spent"
    )


def test_a_refused_call_is_not_recorded(ledger, path):
    with pytest.raises(BudgetError):
        ledger.reserve(call(11), DAILY)

    assert rows(path, "*") == []


@pytest.mark.parametrize(
    ("end", "state", "spent"),
    [
        (lambda one: one.settle(2 * A_DOLLAR), "settled", 2),
        (lambda one: one.settle(0), "settled", 0),
        (lambda one: one.settle(None), "unreported", 6),
        (lambda one: one.settle(-1), "unreported", 6),
        (lambda one: one.settle(MOST_NANO_USD + 1), "unreported", 6),
        (lambda one: one.keep("cut"), "cut", 6),
        (lambda one: one.keep("unreported"), "unreported", 6),
        (lambda one: one.release(), "released", 0),
        (lambda one: None, "reserved", 6),
    ],
)
def test_each_end_counts_what_is_known(ledger, path, clock, zone, end, state, spent):
    end(ledger.reserve(call(6), DAILY))

    assert states(path) == [state]
    assert left(path, clock, zone) == [10 - spent]


def test_a_call_that_costs_more_than_its_bound_is_counted_in_full_and_marked(
    ledger, path, clock, zone
):
    ledger.reserve(call(1), DAILY).settle(11 * A_DOLLAR)

    assert left(path, clock, zone) == [0]
    with reading(path, zone) as reader:
        (day,) = reader.spending("day", 0)
    assert (day.nano_usd, day.exceeded) == (11 * A_DOLLAR, 1)
    with pytest.raises(BudgetError, match=r"\$11\.00 is spent"):
        ledger.reserve(call(1), DAILY)


def test_a_reservation_ends_once(ledger, path):
    reservation = ledger.reserve(call(6), DAILY)
    reservation.settle(A_DOLLAR)
    reservation.release()
    reservation.keep("cut")

    assert rows(path, "state, settled_nano") == [("settled", A_DOLLAR)]


@pytest.mark.parametrize(
    ("limit", "refused"),
    [
        (Limit("daily", 5 * A_DOLLAR, "profiles", "work"), {"work openai/x", "work openai/y"}),
        (Limit("daily", 5 * A_DOLLAR, "models", "openai/x"), {"work openai/x", "home openai/x"}),
    ],
)
def test_a_limit_with_an_owner_counts_and_refuses_only_its_calls(ledger, limit, refused):
    budget = Budget((limit,))
    ledger.reserve(call(5, "work", "openai/x"), budget)
    ledger.reserve(call(9, "home", "openai/y"), budget)

    found = set()
    for profile in ("work", "home"):
        for model in ("openai/x", "openai/y"):
            try:
                ledger.reserve(call(1, profile, model), budget).release()
            except BudgetError:
                found.add(f"{profile} {model}")
    assert found == refused


def test_a_warning_takes_the_place_of_a_refusal(ledger, path):
    budget = DAILY._replace(mode="warn")

    warning = ledger.reserve(call(11), budget).warning

    assert warning is not None
    assert warning.startswith("the daily limit ($10.00 until 2026-03-05 00:00) would be exceeded")
    assert states(path) == ["reserved"]


def test_without_a_price_a_limit_cannot_be_kept(ledger, path):
    with pytest.raises(BudgetError) as refused:
        ledger.reserve(call(None), DAILY)
    assert refused.value.message == (
        "the price of openai/x is not known, so the daily limit cannot be kept"
    )
    assert states(path) == []
    assert ledger.reserve(call(None), DAILY._replace(mode="warn")).warning is not None


def test_without_a_price_or_a_limit_a_call_is_recorded_as_unpriced(ledger, path, clock, zone):
    ledger.reserve(call(None)).settle(None, tokens_in=3)
    ledger.reserve(call(None)).settle(A_DOLLAR)

    with reading(path, zone) as reader:
        (day,) = reader.spending("day", 0)
    assert (day.calls, day.unpriced, day.nano_usd, day.tokens_in) == (2, 1, A_DOLLAR, 3)


def test_a_bound_beyond_belief_is_refused_even_without_a_limit(ledger):
    with pytest.raises(BudgetError, match=r"may cost more than \$10,000\.00"):
        ledger.reserve(PlannedCall("chat", "openai/x", MOST_NANO_USD + 1))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD", None),
        ("the answer to your question", None),
        ("a\nb", None),
        ("\ud800", None),
        ("x" * 201, None),
        (None, None),
    ],
)
def test_of_what_a_server_says_only_a_name_is_kept(ledger, path, said, kept):
    ledger.reserve(call(1)).settle(
        1, tokens_in=-5, tokens_out=2**70, model_served=said, price_source="server"
    )

    columns = "model_served, tokens_in, tokens_out, price_source"
    assert rows(path, columns) == [(kept, None, None, "server")]


def test_a_crash_between_reserving_and_settling_leaves_the_bound(path, clock, zone):
    with Ledger(path, clock=clock, zone=zone) as ledger:
        ledger.reserve(call(6), DAILY)

    assert left(path, clock, zone) == [4]


def test_nothing_of_a_call_is_recorded_but_these(ledger, path):
    ledger.reserve(call(1, "work")).settle(1, tokens_in=1, tokens_out=1, model_served="x")

    assert {name for _, name, *_ in pragma(path, "table_info(calls)")} == {
        *("id", "time_ms", "command", "profile", "model", "model_served", "tokens_in"),
        *("tokens_out", "state", "bound_nano", "settled_nano", "price_source"),
        *("pid", "pid_started", "host", "boot", "pid_namespace"),
    }
