"""Everything that the ledger says at one moment: spending, limits and reservations."""

import time
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from hello_llm.contract.budget import Budget
from hello_llm.ledger.ledger import Clock
from hello_llm.ledger.place import holds_something
from hello_llm.ledger.since import since_ms
from hello_llm.ledger.spending import Grouping, OpenReservation, Spending, reading
from hello_llm.ledger.standing import Standing
from hello_llm.ledger.windows import span_around


@dataclass(frozen=True, slots=True)
class SpendReport:
    """What the ledger says."""

    ledger: Path | None
    """The file of the ledger; ``None`` if there is none yet."""
    by: Grouping
    """What spending is listed by."""
    since_ms: int
    """The moment from which spending is listed, in milliseconds since 1970 (UTC)."""
    now_ms: int
    """The moment of the report, likewise."""
    rows: list[Spending]
    """The spending in groups: days in order, others by their cost."""
    standings: list[Standing]
    """How much of each limit is used."""
    reservations: list[OpenReservation]
    """The reservations that have not ended, oldest first."""

    @property
    def total(self) -> Spending:
        """The spending of all rows together."""
        return Spending(
            name=None,
            calls=sum(row.calls for row in self.rows),
            tokens_in=_known_sum([row.tokens_in for row in self.rows]),
            tokens_out=_known_sum([row.tokens_out for row in self.rows]),
            nano_usd=sum(row.nano_usd for row in self.rows),
            at_bound_nano_usd=sum(row.at_bound_nano_usd for row in self.rows),
            unpriced=sum(row.unpriced for row in self.rows),
            kept=sum(row.kept for row in self.rows),
            exceeded=sum(row.exceeded for row in self.rows),
        )


def report(
    path: Path,
    budget: Budget,
    by: Grouping,
    since: str,
    *,
    clock: Clock = time.time,
    zone: tzinfo | None = None,
) -> SpendReport:
    """Read the ledger, and create none if there is none.

    Args:
        path: the file of the ledger.
        budget: the user's limits.
        by: what spending is listed by.
        since: from when on, as a user writes it.
        clock: tells the current time.
        zone: the time zone of days; ``None`` is that of this process.

    Raises:
        LedgerError: the ledger cannot be read.
        UsageError: `since` is not a time.
    """
    now_ms = int(clock() * 1000)
    start_ms = since_ms(since, now_ms, zone)
    if not holds_something(path):
        unused = [
            Standing(limit, 0, 0, span_around(limit.window, now_ms, zone).end_ms)
            for limit in budget.limits
        ]
        return SpendReport(None, by, start_ms, now_ms, [], unused, [])
    with reading(path, zone) as reader:
        reservations = reader.reservations()  # first: their processes may end while it reads
        rows, standings = reader.spending(by, start_ms), reader.standings(budget, now_ms)
    return SpendReport(path, by, start_ms, now_ms, rows, standings, reservations)


def _known_sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
