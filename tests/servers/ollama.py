"""Ollama's ``/api/chat``, whole and as one JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.servers.dialect import to_json
from tests.servers.script import Script, ToolCall


@dataclass(frozen=True, slots=True)
class Ollama:
    """The protocol of an Ollama server."""

    path: str = "/api/chat"
    stream_type: str = "application/x-ndjson"
    headers: tuple[tuple[str, str], ...] = ()
    models: frozenset[str] | None = None
    """The models that are pulled; ``None`` means every one."""

    def wants_stream(self, asked: dict[str, Any]) -> bool:
        """Tell whether the request asks for a stream; without a word it does."""
        return bool(asked.get("stream", True))

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        """Answer 404 for a model that is not pulled, in Ollama's words."""
        model = asked.get("model")
        if self.models is None or model in self.models:
            return None
        return Script(status=404, error=f"model '{model}' not found")

    def error(self, status: int, message: str) -> bytes:
        """Return Ollama's error object."""
        return to_json({"error": message})

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return the reply as one object."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(script.chunks)}
        if script.reasoning:
            message["thinking"] = "".join(script.reasoning)
        if script.tool_calls:
            message["tool_calls"] = [_tool_call(call) for call in script.tool_calls]
        return to_json(_line(asked, message) | _closing(script))

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield one object for each piece, and the last with ``done``."""
        for message in _messages(script):
            line = _line(asked, {"role": "assistant", "content": ""} | message)
            yield to_json(line | {"done": False}) + b"\n"
        if script.end == "complete" and script.done:
            line = _line(asked, {"role": "assistant", "content": ""})
            yield to_json(line | _closing(script)) + b"\n"


def _line(asked: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    created = "2026-01-01T00:00:00.000000Z"
    return {"model": asked.get("model"), "created_at": created, "message": message}


def _messages(script: Script) -> Iterator[dict[str, Any]]:
    for piece in script.reasoning:
        yield {"thinking": piece}
    for piece in script.chunks:
        yield {"content": piece}
    for call in script.tool_calls:
        yield {"tool_calls": [_tool_call(call)]}


def _tool_call(call: ToolCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "function": {"name": call.name, "arguments": json.loads(call.arguments)},
    }


def _closing(script: Script) -> dict[str, Any]:
    closing: dict[str, Any] = {"done": script.done}
    if script.finish is not None:
        # Ollama has no word of its own for a reply that ends in tool calls.
        closing["done_reason"] = "stop" if script.finish == "tool_calls" else script.finish
    closing |= {"total_duration": 5_000_000, "load_duration": 1_000_000}
    if script.usage is not None:
        closing |= {
            "prompt_eval_count": script.usage.prompt,
            "prompt_eval_duration": 1_000_000,
            "eval_count": script.usage.completion,
            "eval_duration": 3_000_000,
        }
    return closing
