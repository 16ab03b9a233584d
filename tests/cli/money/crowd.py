"""Processes that all call one server at once, which withholds its answers until it is told."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hello_llm.settings.paths import default_ledger_file
from tests.cli.calls import until
from tests.cli.program import program
from tests.servers import OpenAI, Script, ScriptedServer

MODEL = "openai/gpt-4o-mini"
COUNT = 20
FIT = 7
"""How many of the calls a limit covers."""
COST_NANO = 12 * 150 + 4 * 600
"""What each costs with the tokens that the server counts."""


@dataclass(frozen=True)
class Withholding(OpenAI):
    """The protocol of OpenAI, with answers that wait for a gate."""

    gate: threading.Event = field(default_factory=threading.Event)

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        assert self.gate.wait(300)
        return super().whole(script, asked)


@contextmanager
def withholding() -> Iterator[tuple[ScriptedServer, threading.Event]]:
    """Yield a server, and the gate that lets it answer."""
    dialect = Withholding()
    with ScriptedServer(dialect) as server:
        try:
            yield server, dialect.gate
        finally:
            dialect.gate.set()


def asking(server: ScriptedServer, *flags: str) -> list[str]:
    """Return the arguments of the call that each process makes."""
    where = ("--model", MODEL, "--api-base", f"{server.url}/v1", "--max-tokens", "50")
    return ["chat", "hi", *where, *flags]


def bound_nano(server: ScriptedServer) -> int:
    """Return the bound of that call, as a dry run says it."""
    import json

    ended = program(*asking(server, "--dry-run", "--output", "json"))
    bound: int = json.loads(ended.text)["cost"]["at_most_usd_nanos"]
    return bound


def limit_day(nano: int) -> None:
    """Set the user's daily limit."""
    file = Path(os.environ["XDG_CONFIG_HOME"], "hello-llm", "config.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'version = 1\n[budget]\ndaily = "{nano / 1e9:.9f}"\n')


def decided(server: ScriptedServer, crowd: list[subprocess.Popen[str]]) -> None:
    """Wait until each process has sent its request, or has ended."""

    def all_have() -> bool:
        return len(server.requests) + sum(one.poll() is not None for one in crowd) >= len(crowd)

    until(all_have)


def ledger() -> Path:
    return default_ledger_file()
