"""Suites of checks, and the flags that send them somewhere."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.servers import ScriptedServer

Write = Callable[..., Path]
"""Writes a suite of the checks that it is given, and returns its path."""


def asks(
    name: str, more: str = "", expect: str = '{ contains = "yes" }', prompt: str = "hi"
) -> str:
    """Return a check called `name`, with `more` lines."""
    return f'name = "{name}"\nprompt = "{prompt}"\nexpect = {expect}\n{more}'


def on(server: ScriptedServer, *flags: str) -> tuple[str, ...]:
    """Return the flags that ask `server` and are in no mood to wait."""
    where = ("--model", "openai/x", "--api-base", f"{server.url}/v1")
    return ("--provider", "litellm", *where, "--retries", "0", *flags)


def results(path: Path) -> dict[str, str]:
    """Return the verdicts in a JSON report by the names of the checks."""
    return {one["name"]: one["verdict"] for one in json.loads(path.read_text())["results"]}
