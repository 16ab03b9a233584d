"""Servers in processes of their own, so that they share no lock with what measures."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType

from tests.bench.processes import FailedRunError

_ROOT = Path(__file__).parents[2]


def serve_until_stdin_closes(serving: AbstractContextManager[str]) -> None:
    """Print the address of a server, and serve until standard input is closed."""
    with serving as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        sys.stdin.read()


@contextmanager
def started(module: ModuleType) -> Iterator[str]:
    """Run `module`, which serves until its input is closed; yield the address it prints.

    The server ends with the block, whose end closes its input.

    Raises:
        FailedRunError: it ended before it served.
    """
    server = subprocess.Popen(
        [sys.executable, "-m", module.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    with server:
        address = server.stdout.readline().strip() if server.stdout else ""
        if not address:
            raise FailedRunError(f"{module.__name__} did not start")
        yield address
