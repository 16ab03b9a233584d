"""Cohere's Chat API, version 2."""

from collections.abc import Iterator
from typing import Any

from hello_llm.providers.http.protocols.content import name_of, piece_of
from hello_llm.providers.http.protocols.counts import usage_in
from hello_llm.providers.http.protocols.piece import (
    CallPiece,
    Json,
    ModelPlaces,
    Piece,
    UnreadableAnswerError,
    UsageNames,
)
from hello_llm.providers.http.protocols.tool_calls import calls_in

_SILENT = (
    "citation",
    "content-end",
    "debug",
    "message-start",
    "tool-call-end",
    "tool-plan",
)


class CohereReplies:
    """Parses streamed events and whole replies."""

    by_lines: bool = True  # LiteLLM reads each line of a stream as JSON
    usage_names: UsageNames = (("input_tokens",), ("output_tokens",))
    model_places: ModelPlaces = ()  # this API never names it

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value of the answer."""
        kind = value.get("type")
        if whole or kind is None:
            return _reply(value) if "message" in value else None
        if not isinstance(kind, str):
            return None
        if kind.startswith(_SILENT):
            return Piece()
        delta = value.get("delta")
        if kind == "message-end":
            piece = _ending(delta)
            piece.ended = True
            return piece
        if not kind.startswith(("content-", "tool-call-")):
            return None
        if not isinstance(delta, dict):
            raise UnreadableAnswerError(f"{name_of(delta)} as a delta")
        return _message(delta.get("message"), value.get("index"), whole=False)

    def late(self) -> Piece | None:
        """Return ``None``: this protocol has no alternatives."""
        return None

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield one JSON line for the text and one for each tool call."""
        if piece.text:
            content = {"message": {"content": {"text": piece.text}}}
            yield {"type": "content-delta", "index": 0, "delta": content}
        for call in piece.calls:
            function = {"id": call.id, "name": call.name, "arguments": call.arguments}
            yield {"type": "tool-call-delta", "delta": {"tool_calls": [function]}}

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the end of the reply in the form that LiteLLM looks for."""
        delta: Json = {"finish_reason": "stop"}
        if total.usage:
            delta["usage"] = {"tokens": _counted(total.usage)}
        yield {"event": "message-end", "data": {"delta": delta}}

    def whole(self, total: Piece) -> Json:
        """Build a whole reply."""
        message: Json = {"role": "assistant", "content": [{"type": "text", "text": total.text}]}
        if total.calls:
            message["tool_calls"] = [_call(one) for one in total.calls]
        usage = {"tokens": _counted(total.usage)}
        return {"id": "1", "finish_reason": "COMPLETE", "message": message, "usage": usage}


def _reply(value: Json) -> Piece:
    piece = _message(value.get("message"), None, whole=True)
    piece.add(_ending(value))
    return piece


def _message(message: Any, index: Any, *, whole: bool) -> Piece:  # noqa: ANN401 - whatever JSON the server sent
    if not isinstance(message, dict):
        raise UnreadableAnswerError(f"{name_of(message)} as its message")
    piece = piece_of(message.get("content"))
    piece.calls = list(calls_in(message.get("tool_calls"), whole=whole))
    for call in piece.calls if isinstance(index, int) else ():
        call.index = index
    return piece


def _ending(place: object) -> Piece:
    if not isinstance(place, dict):
        return Piece()
    reason = place.get("finish_reason")
    usage = usage_in(usage_in(place.get("usage")).get("tokens"))
    return Piece(reason=reason if isinstance(reason, str) else "", usage=usage)


def _counted(usage: Json) -> Json:
    return {"input_tokens": 0, "output_tokens": 0} | usage


def _call(call: CallPiece) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}
