"""What one run may cost: every attempt, retry, fallback and turn of it counts together."""

from threading import Lock
from typing import Self

from hello_llm.contract import BudgetError
from hello_llm.text.money import dollars, nanos


class Purse:
    """The money of a run, in billionths of a US dollar; its threads may share it."""

    def __init__(self, limit_nano_usd: int) -> None:
        """Put so much money into it."""
        self.limit_nano_usd = limit_nano_usd
        """The most that the run may cost."""
        self._lock = Lock()
        self._counted = self._reserved = 0

    @classmethod
    def of_dollars(cls, usd: float) -> Self:
        """Put an amount of US dollars into a new purse."""
        return cls(nanos(usd))

    @property
    def counted_nano_usd(self) -> int:
        """What the attempts that have ended cost or, if that is unknown, may have cost."""
        with self._lock:
            return self._counted

    @property
    def left_nano_usd(self) -> int:
        """What may still be spent."""
        with self._lock:
            return max(0, self.limit_nano_usd - self._counted - self._reserved)

    def refusal(self, nano_usd: int, tokens: int | None) -> BudgetError | None:
        """Return the error for an attempt that may cost `nano_usd`, if that is too much.

        Args:
            nano_usd: the bound of its cost.
            tokens: the tokens of a reply that the money left would pay for, if that is known.
        """
        with self._lock:
            return self._refusal(nano_usd, tokens)

    def reserve(self, nano_usd: int, tokens: int | None) -> None:
        """Set aside the bound of an attempt; the arguments are those of :meth:`refusal`.

        Raises:
            BudgetError: there is not enough money left.
        """
        with self._lock:
            refused = self._refusal(nano_usd, tokens)
            if refused is not None:
                raise refused
            self._reserved += nano_usd

    def end(self, reserved_nano_usd: int, counted_nano_usd: int) -> None:
        """Count an attempt that has ended in place of what was reserved for it."""
        with self._lock:
            self._reserved -= reserved_nano_usd
            self._counted += counted_nano_usd

    def _refusal(self, nano_usd: int, tokens: int | None) -> BudgetError | None:
        left = self.limit_nano_usd - self._counted - self._reserved
        if nano_usd <= left:
            return None
        used = f"{dollars(self._counted)} is spent, {dollars(self._reserved)} is reserved"
        shorter = f"--max-tokens {tokens}" if tokens else "a shorter prompt or a cheaper model"
        return BudgetError(
            f"--max-cost ({dollars(self.limit_nano_usd)}) would be exceeded: {used},"
            f" and this call may cost up to {dollars(nano_usd)}",
            f"raise --max-cost, or try {shorter}",
        )
