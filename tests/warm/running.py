"""Keeps a warm process for a test, or for many of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.guard import sitecustomize

COMMAND = (sys.executable, "-m", "hello_llm")
GUARD = Path(sitecustomize.__file__).parent
"""The folder that, on PYTHONPATH, keeps a process from the network beyond loopback."""


@dataclass(frozen=True, slots=True)
class Warm:
    """A warm process that runs."""

    runtime: Path
    """The runtime folder, in which it has its own."""

    @property
    def environ(self) -> dict[str, str]:
        """What a call needs in its environment to find it."""
        return {"XDG_RUNTIME_DIR": str(self.runtime), "PYTHONPATH": str(GUARD)}

    @property
    def status(self) -> dict[str, Any]:
        """How it does."""
        said: dict[str, Any] = json.loads(told(self.environ, "status", "--json"))
        return said

    @property
    def pid(self) -> int:
        """Its process."""
        pid: int = self.status["pid"]
        return pid

    @property
    def calls(self) -> int:
        """How many calls it has answered."""
        calls: int = self.status["calls"]
        return calls


@contextmanager
def warm_process(runtime: Path) -> Iterator[Warm]:
    """Keep a warm process that is met below `runtime` for the time of the block."""
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    warm = Warm(runtime)
    try:
        assert "is ready" in told(warm.environ, "start")
        yield warm
    finally:
        told(warm.environ, "stop")


def told(environ: Mapping[str, str], *words: str) -> str:
    """Return what ``hello-llm warm`` says to `words`."""
    ended = subprocess.run(
        [*COMMAND, "warm", *words],
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.stdout
