"""Shares one back-off per host: while a server asks for a pause, no worker calls it."""

import threading
import time
from collections.abc import Callable


class Backoff:
    """Tracks how long to pause calls to each host; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without any pauses; `clock` returns monotonic seconds."""
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def hold(self, host: str, seconds: float) -> None:
        """Pause calls to `host` for `seconds` from now, unless an earlier pause lasts longer."""
        with self._lock:
            until = self._clock() + seconds
            self._until[host] = max(until, self._until.get(host, until))

    def held(self, host: str) -> bool:
        """Return whether calls to `host` are paused now."""
        with self._lock:
            return self._until.get(host, 0.0) > self._clock()

    def waits(self) -> dict[str, float]:
        """Return the remaining seconds of each host's pause."""
        with self._lock:
            now = self._clock()
            return {host: until - now for host, until in self._until.items() if until > now}
