"""Reads the ledger: spending by day, model, profile or command, and reservations."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from hello_llm.contract.budget import Budget
from hello_llm.ledger.call import ReservedCall
from hello_llm.ledger.database import Database
from hello_llm.ledger.processes import Fate, Process, fate_of, this_process
from hello_llm.ledger.standing import Standing, standing_of
from hello_llm.ledger.windows import local_time, span_around

if TYPE_CHECKING:
    from sqlite3 import Connection

Grouping = Literal["day", "model", "profile", "command"]
"""What spending is listed by."""
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

_SUMS = """
    count(*), sum(tokens_in), sum(tokens_out), coalesce(sum(counted_nano), 0),
    coalesce(sum(counted_nano) FILTER (WHERE state <> 'settled'), 0),
    count(*) FILTER (WHERE counted_nano IS NULL),
    count(*) FILTER (WHERE state IN ('unreported', 'cut', 'killed')),
    count(*) FILTER (WHERE settled_nano > bound_nano)
    FROM calls WHERE state <> 'released' AND time_ms >= ? AND time_ms < ?
"""
_FIRST = "SELECT min(time_ms) FROM calls WHERE state <> 'released' AND time_ms >= ?"
_RESERVED = """
    SELECT id, time_ms, command, profile, model, bound_nano,
           pid, pid_started, host, boot, pid_namespace
    FROM calls WHERE state = 'reserved' ORDER BY time_ms, id
"""
_END_OF_TIME_MS = 2**62


class Spending(NamedTuple):
    """What a number of calls cost together."""

    name: str | None
    """The day, model, profile or command that they share; ``None`` for calls without a profile."""
    calls: int
    """How many calls there are, without those that were never sent."""
    tokens_in: int | None
    """The tokens of the prompts, as far as servers reported them; ``None`` if none did."""
    tokens_out: int | None
    """The tokens of the answers, likewise."""
    nano_usd: int
    """What they cost, in billionths of a US dollar; calls without a known cost at their bound."""
    at_bound_nano_usd: int
    """The part of it that is a bound and not a cost."""
    unpriced: int
    """How many of them have neither a cost nor a bound, and are not in the sum."""
    kept: int
    """How many of them ended at their bound: cut off, killed, or not reported by the server."""
    exceeded: int
    """How many of them cost more than their bound."""


class OpenReservation(NamedTuple):
    """A reservation that has not ended."""

    call: ReservedCall
    """The call."""
    fate: Fate
    """Whether its process still runs."""


class LedgerReader:
    """What the ledger says at one moment."""

    def __init__(self, connection: "Connection", zone: tzinfo | None) -> None:
        """Read through `connection`; days are those of `zone`, or else of this process."""
        self._connection = connection
        self._zone = zone

    def spending(self, by: Grouping, since_ms: int) -> list[Spending]:
        """Return the spending since a moment in groups: days in order, others by their cost."""
        if by == "day":
            return list(self._days(since_ms))
        rows = self._connection.execute(
            f"SELECT {by}, {_SUMS} GROUP BY {by}",
            (since_ms, _END_OF_TIME_MS),
        )
        found = [Spending(*row) for row in rows]
        return sorted(found, key=lambda one: (-one.nano_usd, one.name or ""))

    def standings(self, budget: Budget, now_ms: int) -> list[Standing]:
        """Return how much of each limit of the `budget` is used in the windows around `now_ms`."""
        return [standing_of(self._connection, limit, now_ms, self._zone) for limit in budget.limits]

    def reservations(self) -> list[OpenReservation]:
        """Return the reservations that have not ended, oldest first."""
        return open_reservations(self._connection)

    def _days(self, since_ms: int) -> Iterator[Spending]:
        while True:
            ((first_ms,),) = self._connection.execute(_FIRST, (since_ms,))
            if first_ms is None:
                return
            day = span_around("daily", first_ms, self._zone)
            name = local_time(day.start_ms, self._zone).date().isoformat()
            moments = (max(since_ms, day.start_ms), day.end_ms)
            ((*sums,),) = self._connection.execute(f"SELECT {_SUMS}", moments)
            yield Spending(name, *sums)
            since_ms = day.end_ms


@contextmanager
def reading(path: Path, zone: tzinfo | None = None) -> Iterator[LedgerReader]:
    """Open the ledger for reading only.

    Args:
        path: the file, which exists.
        zone: the time zone of days; ``None`` is that of this process.

    Raises:
        LedgerError: it cannot be read.
    """
    with Database.reading(path) as database, database.snapshot() as connection:
        yield LedgerReader(connection, zone)


def open_reservations(connection: "Connection") -> list[OpenReservation]:
    """Return the reservations that have not ended, oldest first."""
    here = this_process()
    calls = map(_call, connection.execute(_RESERVED))
    return [OpenReservation(call, fate_of(call.process, here)) for call in calls]


def _call(row: Sequence[Any]) -> ReservedCall:
    number, time_ms, command, profile, model, bound, *process = row
    return ReservedCall(number, time_ms, command, profile, model, bound, Process(*process))
