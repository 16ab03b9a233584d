"""What the tests of the servers ask them, and how they read the answers."""

import json
from typing import Any

import httpx

from tests.servers import Script, ScriptedServer, Tokens, ToolCall

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
RICH = Script(
    chunks=("Grüß", " dich"),
    reasoning=("hm", "m"),
    tool_calls=(ToolCall("call_1", "add", ('{"a": 1', ', "b": 2}')),),
    finish="tool_calls",
    usage=Tokens(prompt=7, completion=9, cached=3, reasoning=2),
)
"""A reply with everything in it."""


def chat(client: httpx.Client, server: ScriptedServer, **more: object) -> httpx.Response:
    """Ask `server` once."""
    return client.post(server.url + server.dialect.path, json=ASKED | more)


def sse_data(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects of the events in `text`."""
    return [
        json.loads(line.removeprefix("data: "))
        for line in text.splitlines()
        if line.startswith("data: {")
    ]
