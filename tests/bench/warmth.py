"""The warm process of the program: started for a block of measurements, and ended after it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.peers import Peers
from tests.bench.processes import FailedRunError

_TIMEOUT_S = 60


class Warmth:
    """A warm process that runs."""

    def __init__(self, peers: Peers) -> None:
        """Ask it who it is.

        Raises:
            FailedRunError: it does not say.
        """
        self._peers = peers
        self.process, self._before = self._asked()

    def must_have_answered(self, calls: int) -> None:
        """Make sure that no call since its start was made cold.

        Raises:
            FailedRunError: it has answered another number than `calls`.
        """
        process, answered = self._asked()
        if (process, answered - self._before) != (self.process, calls):
            raise FailedRunError(f"{answered - self._before} of {calls} calls were warm")

    def _asked(self) -> tuple[int, int]:
        said = _warm(self._peers, "status", "--json")
        try:
            document = json.loads(said)
            return int(document["pid"]), int(document["calls"])
        except (ValueError, KeyError, TypeError) as error:
            raise FailedRunError(f"warm status --json names no process: {said.strip()}") from error


@contextmanager
def kept_warm(peers: Peers) -> Iterator[Warmth]:
    """Keep a warm process for the block.

    Raises:
        FailedRunError: it cannot be started, or says nothing of itself.
    """
    _warm(peers, "stop", check=False)
    try:
        _warm(peers, "start")
        yield Warmth(peers)
    finally:
        _warm(peers, "stop", check=False)


def _warm(peers: Peers, *words: str, check: bool = True) -> str:
    command = peers.ours(f"warm {' '.join(words)}", "warm", *words, warm=True)
    try:
        done = subprocess.run(
            command.argv,
            env=command.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FailedRunError(f"{command.name} does not end") from error
    if check and done.returncode != 0:
        raise FailedRunError(f"{command.name} ended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout
