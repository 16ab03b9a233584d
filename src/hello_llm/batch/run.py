"""Asks the rows of a batch, several at a time, and writes a line for each that has finished."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

from hello_llm.batch.reading import Rows
from hello_llm.batch.row import Row
from hello_llm.batch.tally import Tally
from hello_llm.contract import (
    BudgetError,
    ExitCode,
    HelloLLMError,
    LLMReply,
    OutputError,
    UsageError,
    fold,
)
from hello_llm.engine import Turn
from hello_llm.engine.pool import Pool

_LOOK_AGAIN_S = 0.05
"""Polling interval in seconds, for Ctrl-C and for the progress that is shown."""


class Sink(Protocol):
    """Where the lines go."""

    def append(self, line: bytes) -> None:
        """Add a whole line.

        Raises:
            OutputError: it cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row."""

    document: dict[str, Any]
    """The document on its line."""
    line: bytes
    """The line."""
    nano_usd: int | None = None
    """Its price in billionths of a US dollar, if known."""
    error: HelloLLMError | None = None
    """Why it has no answer, if it has none."""


class Batch:
    """One run of a batch."""

    def __init__(
        self,
        rows: Rows,
        tally: Tally,
        sink: Sink,
        ask: Callable[[Row], Turn],
        describe: Callable[[Row, LLMReply | None, HelloLLMError | None], Outcome],
        *,
        jobs: int,
        on_look: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the run.

        Args:
            rows: the rows; those that the tally has as finished are left out.
            tally: counts what comes of them.
            sink: gets the lines.
            ask: starts the call for a row, in the thread that waits for it.
            describe: makes the line of a row from its reply or its error.
            jobs: how many rows to ask at a time.
            on_look: called several times a second.
        """
        self._rows = rows
        self._tally = tally
        self._sink = sink
        self._ask = ask
        self._describe = describe
        self._jobs = jobs
        self._on_look = on_look
        self._in_hand = 0
        self._put_off: list[Row] = []
        self._alone: Row | None = None

    def run(self) -> None:
        """Ask the rows.

        Raises:
            HelloLLMError: the rest cannot be asked, or a line cannot be written; rows without a
                line are left for another run.
            BaseException: a signal, or an unexpected error.
        """
        waiting = (row for row in self._rows if self._tally.is_pending(row.number))
        with Pool(self._jobs, self._outcome) as pool:
            try:
                while self._give(pool, waiting) or self._in_hand:
                    self._on_look()
                    self._take(pool, _LOOK_AGAIN_S)
            except BaseException:
                self._keep_finished(pool)
                raise

    def _give(self, pool: Pool[Row, Outcome], waiting: Iterator[Row]) -> bool:
        """Give rows to threads, and one more for each that ends; return whether any was given."""
        given = False
        if self._put_off:
            if self._in_hand:  # what ends may leave money over
                return False
            self._alone = self._put_off.pop()
            pool.give(self._alone)
            self._in_hand += 1
            return True
        while self._in_hand < 2 * self._jobs and (row := next(waiting, None)) is not None:
            pool.give(row)
            self._in_hand += 1
            given = True
        return given

    def _take(self, pool: Pool[Row, Outcome], seconds: float) -> bool:
        """Wait for a row to finish, and write its line; return whether one has finished."""
        ended = pool.take(seconds)
        if ended is None:
            return False
        self._in_hand -= 1
        row, outcome = ended
        if isinstance(outcome.error, BudgetError) and row is not self._alone:
            self._put_off.append(row)
        elif outcome.error is not None and _ends_all(outcome.error):
            raise outcome.error
        else:
            self._sink.append(outcome.line)
            self._tally.add(row.number, outcome.document, outcome.nano_usd)
            self._tally.count_asked()
        return True

    def _keep_finished(self, pool: Pool[Row, Outcome]) -> None:
        """Write the lines of rows that have finished meanwhile, as far as that is possible."""
        try:
            while self._take(pool, 0):
                pass
        except (HelloLLMError, OSError):
            return

    def _outcome(self, row: Row) -> Outcome:
        try:
            with closing(self._ask(row)) as turn:
                return self._describe(row, fold(turn), None)
        except HelloLLMError as error:
            return self._describe(row, None, error)


def _ends_all(error: HelloLLMError) -> bool:
    """Return whether `error` says that no other row can be asked either.

    The money is spent, the ledger cannot be written, or the call is wrong before it is sent.
    """
    if isinstance(error, BudgetError | OutputError | UsageError):
        return True
    return error.exit_code is ExitCode.AUTH and error.status is None
