"""Reserves the bound of each call before it is sent, and settles it afterwards."""

import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from hello_llm.contract import BudgetError, DeadlineError
from hello_llm.contract.budget import NO_BUDGET, Budget
from hello_llm.contract.reply import PriceSource
from hello_llm.ledger.call import MOST_NANO_USD, Kept, PlannedCall, State
from hello_llm.ledger.database import PATIENCE_S, Database
from hello_llm.ledger.errors import LedgerError, LockedError, locked
from hello_llm.ledger.processes import this_process
from hello_llm.ledger.recordable import amount, count, served
from hello_llm.ledger.standing import refusal, standing_of
from hello_llm.text.money import dollars

if TYPE_CHECKING:
    from sqlite3 import Connection

_RESERVE = """
    INSERT INTO calls (
        time_ms, command, profile, model, bound_nano, pid, pid_started, host, boot, pid_namespace
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A process in another container may have taken a call that is still in progress for killed.
_END = """
    UPDATE calls SET state = ?, settled_nano = ?, price_source = ?, tokens_in = ?, tokens_out = ?,
        model_served = ?
    WHERE id = ? AND state IN ('reserved', 'killed')
"""

Clock = Callable[[], float]
"""Returns seconds since 1970 (UTC)."""


class Reservation:
    """The amount reserved for one call; exactly one of its methods is called in the end.

    Without a word, as after ``kill -9``, it stays in the ledger and counts at its bound.
    """

    def __init__(self, ledger: "Ledger", number: int | None, warning: str | None = None) -> None:
        """Describe the reservation with the `number`; ``None`` if it could not be recorded."""
        self._ledger = ledger
        self._number = number
        self.warning = warning
        """Why a limit would have refused the call, or why it is not recorded; else ``None``."""

    def settle(
        self,
        nano_usd: int | None,
        *,
        tokens_in: int | None = None,
        tokens_out: int | None = None,
        model_served: str | None = None,
        price_source: PriceSource | None = None,
    ) -> None:
        """Record what the call cost, which may be more than its bound.

        Args:
            nano_usd: the cost in billionths of a US dollar; if it is ``None`` or not credible, the
                call stays at its bound, marked as unreported.
            tokens_in: the tokens of the prompt, if known.
            tokens_out: the tokens of the answer, if known.
            model_served: the model that the server says answered.
            price_source: where the price came from.

        Raises:
            LedgerError: it cannot be recorded, and the call stays at its bound.
        """
        cost = amount(nano_usd)
        state: State = "unreported" if cost is None else "settled"
        source = None if cost is None else price_source
        used = (count(tokens_in), count(tokens_out), served(model_served))
        self._end(state, cost, source, *used)

    def release(self) -> None:
        """Record that nothing was sent, so that nothing counts.

        Raises:
            LedgerError: it cannot be recorded, and the call stays at its bound.
        """
        self._end("released")

    def keep(self, why: Kept) -> None:
        """Record that the call stays at its bound, and `why`.

        Raises:
            LedgerError: it cannot be recorded; the call stays at its bound without the mark.
        """
        self._end(why)

    def _end(
        self,
        state: State,
        cost: int | None = None,
        source: PriceSource | None = None,
        tokens_in: int | None = None,
        tokens_out: int | None = None,
        model_served: str | None = None,
    ) -> None:
        if self._number is None:
            return
        row = (state, cost, source, tokens_in, tokens_out, model_served, self._number)
        with self._ledger.database().transaction() as connection:
            connection.execute(_END, row)


class Ledger:
    """The user's ledger, open for the calls of this process; its threads may share it."""

    def __init__(self, path: Path, *, clock: Clock = time.time, zone: tzinfo | None = None) -> None:
        """Keep the ledger in the file `path`, which is opened with the first reservation.

        Args:
            path: the file.
            clock: tells to which windows of time a call belongs.
            zone: the time zone of the windows; ``None`` is that of this process.
        """
        self._path = path
        self._clock = clock
        self._zone = zone
        self._opening = Lock()
        self._database: Database | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; another reservation opens it again."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def reserve(
        self, call: PlannedCall, budget: Budget = NO_BUDGET, *, timeout_s: float | None = None
    ) -> Reservation:
        """Reserve the bound of a call, unless it would exceed a limit.

        The calls of all processes count. In the mode ``warn``, a call that would exceed a limit is
        reserved all the same, and one that cannot be recorded is let go; each has a ``warning``.

        Args:
            call: the call that is about to be sent.
            budget: the user's limits; those for other profiles and models do not matter.
            timeout_s: seconds left of the call's total time; ``None`` if that is not limited.

        Raises:
            BudgetError: a limit would be exceeded, its price is not known while there is a limit,
                or its bound is beyond belief.
            DeadlineError: the ledger stayed locked until the call's time was over.
            LedgerError: the ledger cannot be read or written.
        """
        patience_s = PATIENCE_S if timeout_s is None else max(0.0, min(PATIENCE_S, timeout_s))
        try:
            return self._reserve(call, budget, patience_s)
        except LedgerError as error:
            if isinstance(error, LockedError) and patience_s < PATIENCE_S:
                raise DeadlineError(
                    f"the call's time was over before it began: {error.message}", "raise --timeout"
                ) from error
            if budget.mode == "stop":
                raise
            return Reservation(self, None, f"{error.message}; this call is not recorded")

    def database(self, patience_s: float = PATIENCE_S) -> Database:
        """Open the database, once for all threads.

        Raises:
            LedgerError: it cannot be opened.
        """
        if not self._opening.acquire(timeout=patience_s):
            raise locked(self._path)
        try:
            if self._database is None:
                self._database = Database.writing(self._path, patience_s)
            return self._database
        finally:
            self._opening.release()

    def _reserve(self, call: PlannedCall, budget: Budget, patience_s: float) -> Reservation:
        if (call.bound_nano_usd or 0) > MOST_NANO_USD:
            most = dollars(MOST_NANO_USD)
            raise BudgetError(
                f"a call that may cost more than {most} is not made while the ledger is on",
                "limit the answer with --max-tokens, or check the price in the configuration",
            )
        ends_at = time.monotonic() + patience_s
        database = self.database(patience_s)
        with database.transaction(ends_at - time.monotonic(), durable=True) as connection:
            now_ms = int(self._clock() * 1000)
            limits = budget.covering(call.profile, call.model)
            standings = [standing_of(connection, one, now_ms, self._zone) for one in limits]
            refused = refusal(call, standings, self._zone)
            if refused is not None and budget.mode == "stop":
                raise refused
            number = _insert(connection, call, now_ms)
        return Reservation(self, number, None if refused is None else refused.message)


def _insert(connection: "Connection", call: PlannedCall, now_ms: int) -> int | None:
    what = (call.command, call.profile, call.model, call.bound_nano_usd)
    return connection.execute(_RESERVE, (now_ms, *what, *this_process())).lastrowid
