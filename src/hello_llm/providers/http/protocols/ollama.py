"""Ollama's Chat API."""

import re
from collections.abc import Iterator

from hello_llm.providers.http.protocols.content import (
    name_of,
    piece_of,
    reasoning_in,
    text_in,
)
from hello_llm.providers.http.protocols.piece import (
    CallPiece,
    Json,
    ModelPlaces,
    Piece,
    UnreadableAnswerError,
    UsageNames,
)
from hello_llm.providers.http.protocols.tool_calls import calls_in

_COUNTS = ("prompt_eval_count", "eval_count")
_REASONING_KEYS = ("thinking", "reasoning_content", "reasoning")
_DONE = (True, "true", 1)
_LAST = frozenset({"done_reason", "total_duration", *_COUNTS})
"""Keys that the last line of a reply has besides ``done``."""
_INSIDE_A_TAG = re.compile(r"(?<=<)(?=/?think>)")


class OllamaReplies:
    """Parses streamed lines and whole replies, which have the same keys."""

    by_lines: bool = True
    usage_names: UsageNames = (("prompt_eval_count",), ("eval_count",))
    model_places: ModelPlaces = (("model",),)

    def read(self, value: Json, *, whole: bool) -> Piece | None:  # noqa: ARG002 - the protocol's
        """Read one JSON value of the answer."""
        if not {"message", "done", "response"} & value.keys():
            return None
        message = value.get("message")
        if message is None:
            message = {}
        if not isinstance(message, dict):
            raise UnreadableAnswerError(f"{name_of(message)} as its message")
        piece = piece_of(message.get("content"))
        piece.text = piece.text or text_in(value.get("response"))
        places = ((place, key) for place in (message, value) for key in _REASONING_KEYS)
        reasoning = (reasoning_in(place[key]) for place, key in places if place.get(key))
        piece.reasoning = next(filter(None, reasoning), "") or piece.reasoning
        piece.calls = list(calls_in(message.get("tool_calls"), whole=True))
        done, reason = value.get("done") in _DONE, value.get("done_reason")
        piece.reason = reason if isinstance(reason, str) else ""
        # A true last line that has output also has statistics; without them, more may follow.
        piece.ended = done and not (piece.has_output and _LAST.isdisjoint(value))
        if done and not piece.ended:
            piece.reason = piece.reason or "stop"
        piece.usage = {key: value[key] for key in _COUNTS if key in value}
        return piece

    def late(self) -> Piece | None:
        """Return ``None``: this protocol has no alternatives."""
        return None

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield lines; ``<think>`` tags are split, because LiteLLM removes any complete one."""
        if piece.reasoning:
            yield _line({"content": "", "thinking": piece.reasoning})
        for text in _INSIDE_A_TAG.split(piece.text) if piece.text else ():
            yield _line({"content": text})
        for call in piece.calls:
            # LiteLLM replaces the id of a call whose arguments arrive complete.
            for arguments in ("", call.arguments[:1], call.arguments[1:]):
                yield _line({"content": "", "tool_calls": [_call(call, arguments)]})

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the last line, with the token counts."""
        yield _line({"content": ""}) | _end(total)

    def whole(self, total: Piece) -> Json:
        """Build a whole reply."""
        message: Json = {"content": total.text, "thinking": total.reasoning or None}
        if total.calls:
            message["tool_calls"] = [_call(one, one.arguments) for one in total.calls]
        return _line(message) | _end(total)


def _line(message: Json) -> Json:
    return {"model": "model", "message": {"role": "assistant", **message}, "done": False}


def _end(total: Piece) -> Json:
    counts = {key: total.usage.get(key, 0) for key in _COUNTS}
    return {"done": True, "done_reason": "stop", **counts}


def _call(call: CallPiece, arguments: str) -> Json:
    function = {"name": call.name, "arguments": arguments}
    return {"index": call.number, "id": call.id, "type": "function", "function": function}
