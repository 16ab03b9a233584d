"""Google's ``models/NAME:generateContent``, whole and as server-sent events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.servers import Script, ToolCall
from tests.servers.dialect import to_json

_FINISH_REASONS = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}
_ERROR_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(frozen=True, slots=True)
class Gemini:
    """The protocol of Gemini's API; model and streaming are asked for in the path."""

    path: str = "/v1beta/models"
    stream_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = ()

    def wants_stream(self, asked: dict[str, Any]) -> bool:
        """Tell whether a stream was asked for; whoever read the path has put it into `asked`."""
        return bool(asked.get("stream", False))

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        """Refuse nothing: every model is known here."""
        return None

    def error(self, status: int, message: str) -> bytes:
        """Return Google's error object."""
        word = _ERROR_STATUSES.get(status, "UNKNOWN")
        return to_json({"error": {"code": status, "message": message, "status": word}})

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return one ``GenerateContentResponse``."""
        joined = replace(script, chunks=_joined(script.chunks), reasoning=_joined(script.reasoning))
        return to_json(_response(script, asked, list(_parts(joined)), last=True))

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield one response for each piece; the last says why it ended."""
        for part in _parts(script):
            yield _event(_response(script, asked, [part], last=False))
        if script.end == "complete":
            yield _event(_response(script, asked, [{"text": ""}], last=True))


def _joined(pieces: tuple[str, ...]) -> tuple[str, ...]:
    return ("".join(pieces),) if pieces else ()


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + to_json(value) + b"\r\n\r\n"


def _response(
    script: Script, asked: dict[str, Any], parts: list[dict[str, Any]], *, last: bool
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if last and script.finish is not None:
        candidate["finishReason"] = _FINISH_REASONS.get(script.finish, script.finish)
    response: dict[str, Any] = {"candidates": [candidate], "modelVersion": asked.get("model")}
    if last and script.usage is not None:
        response["usageMetadata"] = {
            "promptTokenCount": script.usage.prompt,
            "candidatesTokenCount": script.usage.completion,
            "totalTokenCount": script.usage.prompt + script.usage.completion,
        }
    return response


def _parts(script: Script) -> Iterator[dict[str, Any]]:
    for piece in script.reasoning:
        yield {"text": piece, "thought": True}
    for piece in script.chunks:
        yield {"text": piece}
    for call in script.tool_calls:
        yield {"functionCall": _call(call)}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}
