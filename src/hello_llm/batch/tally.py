"""What has come of a batch so far: answers, errors by kind, tokens and money."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from hello_llm.contract import ExitCode

_WINDOW_S = 30.0
_PENDING, _ANSWERED, _FAILED = 0, 1, 2
"""The state of a row; a failed one adds its exit code."""
_MICRO = 1000


class Tally:
    """The state of each row, one byte for each, and what all of them add up to."""

    def __init__(self, rows: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no row finished; `clock` returns seconds and is monotonic."""
        self._clock = clock
        self._states = bytearray(rows)
        self.failed: Counter[ExitCode] = Counter()
        """The rows that ended in an error, by its kind."""
        self.answered = 0
        """The rows that have an answer."""
        self.asked = 0
        """The rows that this run has finished."""
        self.nano_usd = 0
        """What the calls cost whose price is known, in billionths of a US dollar."""
        self.unpriced = 0
        """The rows whose price is not known."""
        self.tokens_in = self.tokens_out = 0
        self.began = clock()
        self._recent: deque[tuple[float, int]] = deque([(self.began, 0)])

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self._states)

    @property
    def done(self) -> int:
        """The rows that have a line in the output."""
        return self.answered + self.failed.total()

    @property
    def seconds(self) -> float:
        """The seconds since this run began."""
        return self._clock() - self.began

    def is_pending(self, number: int) -> bool:
        """Return whether the row with the number has no line yet."""
        return self._states[number - 1] == _PENDING

    def add(self, number: int, document: Mapping[str, Any], nano_usd: int | None) -> None:
        """Count a row.

        Args:
            number: its number.
            document: the document on its line.
            nano_usd: its price in billionths of a US dollar, if it is known more exactly.
        """
        code = ExitCode(document["exit_code"])
        self._states[number - 1] = _ANSWERED if code is ExitCode.OK else _FAILED + code
        if code is ExitCode.OK:
            self.answered += 1
        else:
            self.failed[code] += 1
        usage = document["usage"]
        self.tokens_in += usage["tokens_in"] or 0
        self.tokens_out += usage["tokens_out"] or 0
        if nano_usd is None and usage["usd_micros"] is not None:
            nano_usd = usage["usd_micros"] * _MICRO
        self.nano_usd += nano_usd or 0
        self.unpriced += nano_usd is None and bool(document["attempts"])

    def count_asked(self) -> None:
        """Count a row that this run has finished, for its rate."""
        self.asked += 1
        now = self._clock()
        if now - self._recent[-1][0] >= 1.0:
            self._recent.append((now, self.asked))
            while now - self._recent[0][0] > _WINDOW_S and len(self._recent) > 2:
                self._recent.popleft()

    @property
    def rate(self) -> float | None:
        """The rows finished in a second, lately; ``None`` if that is not known yet."""
        then, before = self._recent[0]
        seconds = self._clock() - then
        return (self.asked - before) / seconds if seconds > 0 and self.asked > before else None

    @property
    def left_s(self) -> float | None:
        """The seconds that the rest will take at that rate; ``None`` if that is not known."""
        rate = self.rate
        return None if rate is None else (self.rows - self.done) / rate

    def exit_code(self) -> ExitCode:
        """Return the code of the first row in the input that failed, or OK."""
        first = next((state for state in self._states if state >= _FAILED), None)
        return ExitCode.OK if first is None else ExitCode(first - _FAILED)
