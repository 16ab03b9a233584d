"""Anthropic's Messages API."""

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
from hello_llm.providers.http.protocols.tool_calls import arguments_in, calls_in

# Tuples, not sets: a server may send a list as the type, and lists are not hashable.
_SILENT_DELTAS = ("signature_delta", "citations_delta", "compaction_delta")
_READ_BLOCKS = (None, "text", "thinking")


class AnthropicReplies:
    """Parses streamed events and whole messages."""

    by_lines: bool = False
    usage_names: UsageNames = (("input_tokens",), ("output_tokens",))
    model_places: ModelPlaces = (("message", "model"), ("model",))

    def __init__(self) -> None:
        """Start a new answer."""
        self._inputs: dict[Any, str] = {}
        self._foreign: set[Any] = set()

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value of the answer."""
        match value.get("type"):
            case "message_start":
                return self._started(value.get("message"))
            case "content_block_start":
                return self._block_started(_index(value), value.get("content_block"))
            case "content_block_delta":
                return self._delta(_index(value), value.get("delta"))
            case "content_block_stop":
                return self._block_stopped(_index(value))
            case "message_delta":
                return _message_delta(value)
            case "message_stop":
                return Piece(ended=True)
            case "ping":
                return Piece()
            case "message" | None if whole or "content" in value:
                return _message(value)
        return None

    def late(self) -> Piece | None:
        """Return ``None``: each event says which block it belongs to."""
        return None

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield the events of content blocks."""
        if piece.reasoning:
            yield _delta({"type": "thinking_delta", "thinking": piece.reasoning})
        if piece.text:
            yield _delta({"type": "text_delta", "text": piece.text})
        for call in piece.calls:
            if call.id is not None:
                block = _tool_use(call, {})
                yield {"type": "content_block_start", "index": 0, "content_block": block}
            if call.arguments:
                yield _delta({"type": "input_json_delta", "partial_json": call.arguments})

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the events that end the message."""
        delta = {"stop_reason": "tool_use" if total.calls else "end_turn", "stop_sequence": None}
        yield {"type": "message_delta", "delta": delta, "usage": _counted(total.usage)}
        yield {"type": "message_stop"}

    def whole(self, total: Piece) -> Json:
        """Build a whole message."""
        blocks: list[Json] = []
        if total.reasoning:
            blocks.append({"type": "thinking", "thinking": total.reasoning, "signature": ""})
        if total.text or not total.calls:
            blocks.append({"type": "text", "text": total.text})
        blocks += [_tool_use(one, one.input) for one in total.calls]
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "model",
            "content": blocks,
            "stop_reason": "tool_use" if total.calls else "end_turn",
            "stop_sequence": None,
            "usage": _counted(total.usage),
        }

    def _started(self, message: object) -> Piece:
        if not isinstance(message, dict):
            return Piece()
        piece = _blocks(message.get("content"))
        piece.usage = usage_in(message.get("usage"))
        # The output tokens counted at the start are not the count for the whole reply.
        piece.usage.pop("output_tokens", None)
        return piece

    def _block_started(self, index: Any, block: Any) -> Piece:  # noqa: ANN401 - as above
        if not isinstance(block, dict):
            raise UnreadableAnswerError(f"{name_of(block)} as a block of its content")
        if block.get("type") != "tool_use":
            piece = piece_of(block)
            if block.get("type") not in _READ_BLOCKS:
                self._foreign.add(index)
            return piece
        self._foreign.discard(index)
        (call,) = calls_in(block, whole=False)
        if call.arguments not in {"", "{}"}:
            self._inputs[index] = call.arguments
        call.index, call.arguments, call.whole = index, "", False
        return Piece(calls=[call])

    def _delta(self, index: Any, delta: Any) -> Piece:  # noqa: ANN401 - as above
        if not isinstance(delta, dict):
            raise UnreadableAnswerError(f"{name_of(delta)} as a delta")
        if index in self._foreign or delta.get("type") in _SILENT_DELTAS:
            return Piece()
        if "partial_json" in delta:
            self._inputs.pop(index, None)
            text = arguments_in(delta["partial_json"])
            return Piece(calls=[CallPiece(index=index, arguments=text)])
        return piece_of(delta)

    def _block_stopped(self, index: Any) -> Piece:  # noqa: ANN401 - as above
        held = self._inputs.pop(index, "")
        return Piece(calls=[CallPiece(index=index, arguments=held)] if held else [])


def _index(value: Json) -> int | None:
    index = value.get("index")
    return index if isinstance(index, int) else None


def _message_delta(value: Json) -> Piece:
    delta = value.get("delta")
    piece = Piece(usage=usage_in(value.get("usage")))
    if isinstance(delta, dict):
        piece.add(piece_of({key: delta[key] for key in ("text", "content") if key in delta}))
        piece.reason = _reason(delta)
    elif delta is not None:
        raise UnreadableAnswerError(f"{name_of(delta)} as a delta")
    return piece


def _message(message: Json) -> Piece:
    if message.get("content") is None:
        raise UnreadableAnswerError("a message without content")
    piece = _blocks(message["content"])
    piece.reason, piece.usage = _reason(message), usage_in(message.get("usage"))
    return piece


def _blocks(content: object) -> Piece:
    """Read the content blocks of a message, including tool calls."""
    if not isinstance(content, list):
        return piece_of(content)
    total = Piece()
    for block in content:
        if isinstance(block, dict) and block.get("type") == "tool_use":
            total.calls += calls_in(block, whole=True)
        else:
            total.add(piece_of([block]))
    return total


def _reason(place: Json) -> str:
    reason = place.get("stop_reason") or place.get("finish_reason")
    return reason if isinstance(reason, str) else ""


def _delta(delta: Json) -> Json:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


def _tool_use(call: CallPiece, arguments: Json) -> Json:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}


def _counted(usage: Json) -> Json:
    return {"input_tokens": 0, "output_tokens": 0} | usage
