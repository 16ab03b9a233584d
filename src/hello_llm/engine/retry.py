"""Decides whether and when to retry a failed attempt; the only place that does."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from hello_llm.contract import HelloLLMError

_BASE_S = 0.5
_CAP_S = 8.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full jitter: each wait is drawn from 0 to a bound that doubles with every attempt."""

    retries: int = 2
    """Attempts after the first one, for each model; 0 for none."""
    max_wait_s: float = 60.0
    """The longest wait, in seconds, that a server may ask for."""
    draw: Callable[[float, float], float] = random.uniform
    """Draws a number between its two arguments."""

    def delay_s(self, error: HelloLLMError, attempt: int) -> float | None:
        """Return the seconds to wait after `attempt`, or ``None`` if it was the last.

        Args:
            error: why the attempt failed.
            attempt: the number of the attempt, from 1, among those on its model.
        """
        if not error.transient or attempt > self.retries:
            return None
        asked = error.retry_after_s
        if asked is None:
            return self.draw(0.0, min(_CAP_S, _BASE_S * 2.0 ** min(attempt - 1, 10)))
        return asked if asked <= self.max_wait_s else None

    def say_wait(self, error: HelloLLMError) -> None:
        """Add to `error`, which ends a call, the wait that its server asks for."""
        asked = error.retry_after_s
        if not asked:
            return
        error.message += f"; it asks to wait {asked:.10g} s"
        if asked > self.max_wait_s:
            error.hint = f"try again after that, or allow the wait with --max-wait {asked:.10g}"
