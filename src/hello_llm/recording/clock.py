"""A clock for replays, on which waiting takes no time."""

import time


class SkippingClock:
    """A clock in seconds that skips every wait."""

    def __init__(self) -> None:
        """Start with nothing skipped."""
        self._skipped_s = 0.0

    def now(self) -> float:
        """Return the time in seconds; it never goes back."""
        return time.monotonic() + self._skipped_s

    def sleep(self, seconds: float) -> None:
        """Advance the clock by `seconds` without waiting."""
        self._skipped_s += seconds
