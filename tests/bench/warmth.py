"""The warm process of the program: started for a block of measurements, and ended after it."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.peers import Peers
from tests.bench.processes import FailedRunError

_PROCESS = re.compile(r"\b(?:process|pid)\W+(\d+)", re.IGNORECASE)
_PATIENCE_S = 60


@contextmanager
def kept_warm(peers: Peers) -> Iterator[int]:
    """Keep a warm process for the block; yield its process id.

    Raises:
        FailedRunError: it cannot be started, or says nothing of its process.
    """
    _warm(peers, "stop", check=False)
    try:
        _warm(peers, "start")
        said = _warm(peers, "status")
        found = _PROCESS.search(said)
        if found is None:
            raise FailedRunError(f"warm status names no process: {said.strip()}")
        yield int(found[1])
    finally:
        _warm(peers, "stop", check=False)


def _warm(peers: Peers, verb: str, *, check: bool = True) -> str:
    command = peers.ours(f"warm {verb}", "warm", verb, warm=True)
    try:
        done = subprocess.run(
            command.argv,
            env=command.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FailedRunError(f"{command.name} does not end") from error
    if check and done.returncode != 0:
        raise FailedRunError(f"{command.name} ended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout
