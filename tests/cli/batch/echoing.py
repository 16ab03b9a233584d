"""A server that repeats what it is asked and keeps count, and batches that ask it."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema

from hello_llm.rendering.json.schemas import load_schema
from tests.servers import OpenAI, Script, ScriptedServer

Refuse = Callable[[str], Script | None]
"""Returns what to answer to a prompt in place of its echo, or ``None``."""


@dataclass(frozen=True)
class Echo(OpenAI):
    """The protocol of OpenAI; each answer is the prompt, once the gate is open."""

    refuse: Refuse = lambda _: None
    gate: threading.Event = field(default_factory=threading.Event)
    answered: Counter[str] = field(default_factory=Counter)
    """How often each prompt was answered."""

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        return self.refuse(prompt_of(asked))

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        assert self.gate.wait(300)
        prompt = prompt_of(asked)
        self.answered[prompt] += 1
        return super().whole(replace(script, chunks=(f"echo: {prompt}",)), asked)


def prompt_of(asked: dict[str, Any]) -> str:
    return str(asked["messages"][-1]["content"])


@contextmanager
def echoing(refuse: Refuse = lambda _: None, *, is_open: bool = True) -> Iterator[ScriptedServer]:
    """Yield a server whose dialect is an :class:`Echo`."""
    dialect = Echo(refuse=refuse)
    if is_open:
        dialect.gate.set()
    with ScriptedServer(dialect) as server:
        try:
            yield server
        finally:
            dialect.gate.set()


def answered(server: ScriptedServer) -> Counter[str]:
    """Return how often each prompt was answered."""
    assert isinstance(server.dialect, Echo)
    return server.dialect.answered


def let_go(server: ScriptedServer) -> None:
    """Let the server answer."""
    assert isinstance(server.dialect, Echo)
    server.dialect.gate.set()


def write_rows(path: Path, count: int) -> Path:
    """Write so many rows, whose IDs are their numbers."""
    rows = ({"id": number, "prompt": f"row {number}"} for number in range(1, count + 1))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def asking(server: ScriptedServer, rows: object, out: object, *flags: object) -> list[str]:
    """Return the arguments of a batch that asks the server."""
    where = ("--model", "openai/x", "--api-base", f"{server.url}/v1")
    return ["batch", str(rows), "--out", str(out), *where, *map(str, flags)]


def answers(out: Path) -> list[dict[str, Any]]:
    """Return the documents in an output, each checked against the schema that ships."""
    found = [json.loads(line) for line in out.read_text().splitlines()]
    for document in found:
        jsonschema.validate(document, load_schema("reply"))
    return found


def ids(out: Path) -> list[Any]:
    """Return the IDs in an output, in its order."""
    return [document["id"] for document in answers(out)]
