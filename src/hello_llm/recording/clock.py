"""A clock for replays: what it waits for has passed at once."""

import time


class SkippingClock:
    """Tells the time, in seconds, with every wait already over."""

    def __init__(self) -> None:
        """Start with nothing skipped."""
        self._skipped_s = 0.0

    def now(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic() + self._skipped_s

    def sleep(self, seconds: float) -> None:
        """Let `seconds` have passed."""
        self._skipped_s += seconds
