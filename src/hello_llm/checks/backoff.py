"""One back-off for each host: while a server asks for peace, no worker begins a call of it."""

import threading
import time
from collections.abc import Callable


class Backoff:
    """Knows how long each host is to be left alone; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know of no host yet; `clock` returns seconds and never goes back."""
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds` from now, or for longer if that was said before."""
        with self._lock:
            until = self._clock() + seconds
            self._until[host] = max(until, self._until.get(host, until))

    def held(self, host: str) -> bool:
        """Tell whether `host` is to be left alone just now."""
        with self._lock:
            return self._until.get(host, 0.0) > self._clock()

    def waits(self) -> dict[str, float]:
        """Return the seconds for which each host is still to be left alone."""
        with self._lock:
            now = self._clock()
            return {host: until - now for host, until in self._until.items() if until > now}
