"""OpenAI's ``/v1/chat/completions``, whole and as server-sent events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.servers.dialect import to_json
from tests.servers.script import Script, Tokens, ToolCall

_ERROR_TYPES = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error"}


@dataclass(frozen=True, slots=True)
class OpenAI:
    """The protocol that OpenAI and the servers compatible with it speak."""

    path: str = "/v1/chat/completions"
    stream_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = (("x-request-id", "req_openai_1"),)

    def wants_stream(self, asked: dict[str, Any]) -> bool:
        """Tell whether the request asks for a stream; without a word it does not."""
        return bool(asked.get("stream", False))

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        """Refuse nothing: every model is known here."""
        return None

    def error(self, status: int, message: str) -> bytes:
        """Return OpenAI's error object."""
        kind = _ERROR_TYPES.get(status, "invalid_request_error")
        return to_json({"error": {"message": message, "type": kind, "param": None, "code": None}})

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return a ``chat.completion``."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(script.chunks)}
        if script.reasoning:
            message["reasoning_content"] = "".join(script.reasoning)
        if script.tool_calls:
            message["tool_calls"] = [_tool_call(call, call.arguments) for call in script.tool_calls]
        choice = {"index": 0, "message": message, "finish_reason": script.finish}
        reply = _envelope("chat.completion", asked) | {"choices": [choice]}
        if script.usage is not None:
            reply["usage"] = _usage(script.usage)
        return to_json(reply)

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield ``chat.completion.chunk`` events, the usage if asked for, and ``[DONE]``."""
        with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        base = _envelope("chat.completion.chunk", asked)
        if with_usage:
            base["usage"] = None
        for delta in _deltas(script):
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            yield _event(base | {"choices": [choice]})
        if script.end != "complete":
            return
        if script.finish is not None:
            choice = {"index": 0, "delta": {}, "finish_reason": script.finish}
            yield _event(base | {"choices": [choice]})
        if with_usage and script.usage is not None:
            yield _event(base | {"choices": [], "usage": _usage(script.usage)})
        if script.done:
            yield b"data: [DONE]\n\n"


def _event(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"


def _envelope(kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 1_700_000_000,
        "model": asked.get("model"),
        "system_fingerprint": "fp_script",
    }


def _deltas(script: Script) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for piece in script.reasoning:
        yield {"reasoning_content": piece}
    for piece in script.chunks:
        yield {"content": piece}
    for index, call in enumerate(script.tool_calls):
        yield {"tool_calls": [{"index": index, **_tool_call(call, "")}]}
        for fragment in call.fragments:
            yield {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}


def _tool_call(call: ToolCall, arguments: str) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _usage(tokens: Tokens) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
    }
    if tokens.cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": tokens.cached}
    if tokens.reasoning is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage
