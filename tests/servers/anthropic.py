"""Anthropic's ``/v1/messages``, whole and as server-sent events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.servers.dialect import to_json
from tests.servers.script import Script

_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
_SIGNATURE = "c2lnbmVk"


@dataclass(frozen=True, slots=True)
class Anthropic:
    """The protocol of Anthropic's messages endpoint."""

    path: str = "/v1/messages"
    stream_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = (("request-id", "req_anthropic_1"),)

    def wants_stream(self, asked: dict[str, Any]) -> bool:
        """Tell whether the request asks for a stream; without a word it does not."""
        return bool(asked.get("stream", False))

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        """Refuse nothing: every model is known here."""
        return None

    def error(self, status: int, message: str) -> bytes:
        """Return Anthropic's error object."""
        kind = _ERROR_TYPES.get(status, "invalid_request_error")
        return to_json({"type": "error", "error": {"type": kind, "message": message}})

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return a ``message`` with all its content blocks."""
        message = _message(script, asked)
        message["content"] = [block for block, _ in _blocks(script)]
        message["stop_reason"] = _stop_reason(script)
        if script.usage is not None:
            message["usage"]["output_tokens"] = script.usage.completion
        return to_json(message)

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield the events from ``message_start`` to ``message_stop``."""
        yield _event({"type": "message_start", "message": _message(script, asked)})
        blocks = list(_blocks(script))
        for index, (block, deltas) in enumerate(blocks):
            empty = block | _EMPTY[block["type"]]
            yield _event({"type": "content_block_start", "index": index, "content_block": empty})
            for delta in deltas:
                yield _event({"type": "content_block_delta", "index": index, "delta": delta})
            if script.end == "complete" or index < len(blocks) - 1:
                yield _event({"type": "content_block_stop", "index": index})
        if script.end == "complete":
            yield from _closing(script)


_EMPTY: dict[str, dict[str, Any]] = {
    "thinking": {"thinking": "", "signature": ""},
    "text": {"text": ""},
    "tool_use": {"input": {}},
}


def _event(value: dict[str, Any]) -> bytes:
    return b"event: " + str(value["type"]).encode() + b"\ndata: " + to_json(value) + b"\n\n"


def _message(script: Script, asked: dict[str, Any]) -> dict[str, Any]:
    usage: dict[str, Any] = {}
    if script.usage is not None:
        usage = {"input_tokens": script.usage.prompt, "output_tokens": 1}
        if script.usage.cached is not None:
            usage["cache_read_input_tokens"] = script.usage.cached
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.get("model"),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _blocks(script: Script) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each content block whole, with the deltas that stream it."""
    if script.reasoning:
        thought = {"thinking": "".join(script.reasoning), "signature": _SIGNATURE}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in script.reasoning]
        deltas.append({"type": "signature_delta", "signature": _SIGNATURE})
        yield {"type": "thinking"} | thought, deltas
    if script.chunks:
        deltas = [{"type": "text_delta", "text": piece} for piece in script.chunks]
        yield {"type": "text", "text": "".join(script.chunks)}, deltas
    for call in script.tool_calls:
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in call.fragments]
        block = {"type": "tool_use", "id": call.id, "name": call.name}
        yield block | {"input": json.loads(call.arguments)}, deltas


def _closing(script: Script) -> Iterator[bytes]:
    if script.finish is not None:
        delta = {"stop_reason": _stop_reason(script), "stop_sequence": None}
        closing: dict[str, Any] = {"type": "message_delta", "delta": delta}
        if script.usage is not None:
            closing["usage"] = {"output_tokens": script.usage.completion}
        yield _event(closing)
    if script.done:
        yield _event({"type": "message_stop"})


def _stop_reason(script: Script) -> str | None:
    return None if script.finish is None else _STOP_REASONS.get(script.finish, script.finish)
