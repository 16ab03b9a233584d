"""Runs the program for the cases, through one fork server, from any thread."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.fork_server import Job
from tests.shared_cache import SHARED_CACHE
from tests.warm.running import GUARD, Warm

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    """The exit code, or the number of the signal with a minus."""
    at: float
    """When, by ``time.monotonic``."""
    max_rss_mib: float
    """The most memory that it took, in MiB."""


class Launcher:
    """The other end of the fork server."""

    def __init__(self, channel: socket.socket, *, cold: bool, warm: Warm | None) -> None:
        """Talk over `channel`, whose other end a fork server has."""
        self.cold = cold
        """Whether every job is to start a Python of its own."""
        self.warm = warm
        """The warm process that every job is to find."""
        self._channel = channel
        self._lock = threading.Lock()
        self._running: dict[int, Future[Ended]] = {}
        self._lines = channel.makefile("rb")
        self._lines.readline()  # it is ready
        threading.Thread(target=self._read, daemon=True).start()

    def start(self, job: Job) -> "Future[Ended]":
        """Start `job`; the future is done when the program has ended."""
        future: Future[Ended] = Future()
        self._running[job.number] = future
        self._tell(job.to_json())
        return future

    def strike(self, number: int, sign: int) -> None:
        """Send the signal `sign` to the program of the job with this number, if it still runs."""
        self._tell({"strike": number, "signal": sign})

    def _tell(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            self._channel.sendall(json.dumps(message).encode() + b"\n")

    def _read(self) -> None:
        with self._lines as lines:
            for line in lines:
                told = json.loads(line)
                ended = Ended(told["code"], told["at"], told["max_rss_kib"] / 1024)
                self._running.pop(told["ended"]).set_result(ended)


@contextmanager
def launching(
    *, cold: bool = False, warm: Warm | None = None, lazily: bool = False
) -> Iterator[Launcher]:
    """Run a fork server for the time of the block.

    Args:
        cold: True to start a new Python for every job.
        warm: the warm process that every job is to find, which a new Python then asks.
        lazily: True to import LiteLLM in the way of a cold call.
    """
    cold = cold or warm is not None
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.faults.fork_server", str(theirs.fileno())]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(GUARD), **SHARED_CACHE}
    with (
        ours,
        subprocess.Popen(
            command + ["cold"] * cold + ["lazily"] * lazily,
            cwd=ROOT,
            env=environ,
            pass_fds=[theirs.fileno()],
        ),
    ):
        theirs.close()
        try:
            before = 0 if warm is None else warm.calls
            yield Launcher(ours, cold=cold, warm=warm)
            assert warm is None or warm.calls > before, "every call was made cold"
        finally:
            ours.shutdown(socket.SHUT_RDWR)
