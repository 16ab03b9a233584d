"""Any sequence of calls leaves the ledger as a list of amounts would have it."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hello_llm.contract import BudgetError
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Ledger, Reservation
from hello_llm.ledger.spending import reading
from tests.ledger.conftest import StoppedClock
from tests.ledger.folders import fast_folder

HOUR_S, DAY_S = 3600, 86400
UTC = ZoneInfo("UTC")
PROFILES, MODELS = (None, "work"), ("openai/x", "openai/y")
LIMITS = (
    Limit("daily", 100),
    Limit("monthly", 400),
    Limit("daily", 60, "profiles", "work"),
    Limit("weekly", 90, "models", "openai/y"),
)


@dataclass
class Amount:
    """A call as the list has it."""

    day: int
    profile: str | None
    model: str
    counts: int
    reservation: Reservation | None

    def window(self, name: str) -> int:
        """Return the number of its window: all days are in one month."""
        return {"daily": self.day, "weekly": (self.day - 1) // 7, "monthly": 0}[name]


class Sequences(RuleBasedStateMachine):
    """Calls in June 2026, which begins on a Monday."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = fast_folder()
        self.path = Path(self.folder.name) / "ledger.sqlite3"
        self.clock = StoppedClock()
        self.first_s = 1_780_272_000
        self.clock.time = self.first_s
        self.ledger = Ledger(self.path, clock=self.clock, zone=UTC)
        self.amounts: list[Amount] = []

    def teardown(self) -> None:
        self.ledger.__exit__(None, None, None)
        self.folder.cleanup()

    @property
    def day(self) -> int:
        return int(self.clock.time - self.first_s) // DAY_S + 1

    def used(self, limit: Limit, now: Amount) -> int:
        """Return what counts towards `limit` in the window of `now`."""
        return sum(
            one.counts
            for one in self.amounts
            if limit.covers(one.profile, one.model)
            and one.window(limit.window) == now.window(limit.window)
        )

    @rule(hours=st.integers(-40, 60))
    def move_the_clock(self, hours):
        moved = self.clock.time + hours * HOUR_S
        self.clock.time = min(max(moved, self.first_s), self.first_s + 27 * DAY_S)

    @rule(
        bound=st.integers(0, 70), profile=st.sampled_from(PROFILES), model=st.sampled_from(MODELS)
    )
    def reserve(self, bound, profile, model):
        new = Amount(self.day, profile, model, bound, None)
        in_force = [limit for limit in LIMITS if limit.covers(profile, model)]
        fits = all(self.used(limit, new) + bound <= limit.nano_usd for limit in in_force)
        entry = PlannedCall("chat", model, bound, profile)
        if not fits and bound:
            with pytest.raises(BudgetError):
                self.ledger.reserve(entry, Budget(LIMITS))
            return
        new.reservation = self.ledger.reserve(entry, Budget(LIMITS))
        self.amounts.append(new)

    @precondition(lambda self: any(one.reservation for one in self.amounts))
    @rule(data=st.data(), end=st.sampled_from(["settle", "unknown", "cut", "release", "forget"]))
    def end(self, data, end):
        one = data.draw(st.sampled_from([one for one in self.amounts if one.reservation]))
        reservation, one.reservation = one.reservation, None
        match end:
            case "settle":
                one.counts = data.draw(st.integers(0, 90))
                reservation.settle(one.counts)
            case "unknown":
                reservation.settle(None)
            case "cut":
                reservation.keep("cut")
            case "release":
                one.counts = 0
                reservation.release()

    @rule()
    def start_anew(self):
        self.ledger.__exit__(None, None, None)
        self.ledger = Ledger(self.path, clock=self.clock, zone=UTC)
        for one in self.amounts:
            one.reservation = None

    @invariant()
    def the_sums_are_those_of_the_list(self):
        if not self.path.exists():
            return
        with reading(self.path, UTC) as reader:
            now = Amount(self.day, None, "", 0, None)
            for standing in reader.standings(Budget(LIMITS), int(self.clock() * 1000)):
                counted = standing.spent_nano_usd + standing.reserved_nano_usd
                assert counted == self.used(standing.limit, now)
            for by in ("day", "model", "profile", "command"):
                spent = sum(row.nano_usd for row in reader.spending(by, 0))
                assert spent == sum(one.counts for one in self.amounts)


TestSequences = Sequences.TestCase
