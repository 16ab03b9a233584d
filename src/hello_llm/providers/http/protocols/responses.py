"""OpenAI's Responses API, translated into Chat Completions.

LiteLLM only makes the request. Its own stream reader is not used: it loses refusals and the second
part of the reasoning, and starts an event loop for each event. See ``responses_stream``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from hello_llm.providers.http.protocols.content import name_of, piece_of, reasoning_in
from hello_llm.providers.http.protocols.counts import counts_in
from hello_llm.providers.http.protocols.openai import OpenAIReplies
from hello_llm.providers.http.protocols.piece import (
    CallPiece,
    Json,
    ModelPlaces,
    NoReplyError,
    Piece,
    UnreadableAnswerError,
)
from hello_llm.providers.http.protocols.tool_calls import arguments_in, word_in

Place = tuple[int, str, int]
"""A position in the output: the item's index, the field of the item, and the part's index."""

_DELTAS = {
    "response.output_text.delta": ("content", "text", "content_index"),
    "response.refusal.delta": ("content", "refusal", "content_index"),
    "response.reasoning_summary_text.delta": ("summary", "reasoning", "summary_index"),
    "response.reasoning_text.delta": ("thought", "reasoning", "content_index"),
    "response.function_call_arguments.delta": ("arguments", "arguments", ""),
    "response.custom_tool_call_input.delta": ("arguments", "arguments", ""),
}
"""For each delta event: the item's field, its kind in a reply, and the key of the part's index."""

_ITEMS = frozenset({"response.output_item.added", "response.output_item.done"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_CALLS = ("function_call", "custom_tool_call")
"""A tuple, not a set: a server may send a list as the type, and lists are not hashable."""
_ENVELOPE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 0,
    "status": "completed",
    "model": "model",
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
_NEXT_THOUGHT = "\n\n"
_USAGE_NAMES = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "total_tokens": "total_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}


class ResponsesReplies(OpenAIReplies):
    """Parses events and responses; content that an event repeats is passed on only once."""

    model_places: ModelPlaces = (("response", "model"), ("model",))

    def __init__(self) -> None:
        """Start a new answer."""
        super().__init__()
        self._come: defaultdict[Place, list[str]] = defaultdict(list)
        self._named: set[int] = set()
        self._thought: Place | None = None

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value of the answer."""
        kind = value.get("type")
        if whole or value.get("object") == "response":
            return self._response(value) if "output" in value else None
        if not isinstance(kind, str) or not kind.startswith("response."):
            return Piece() if kind == "keepalive" else None
        if kind in _DELTAS:
            what, key, which = _DELTAS[kind]
            place = (_number(value, "output_index"), what, _number(value, which))
            return self._more(place, key, value.get("delta"))
        if kind in _ITEMS:
            piece = self._rest_of(_number(value, "output_index"), value.get("item"))
        elif kind in _ENDS:
            status = {"status": kind.removeprefix("response.")}
            piece = self._response(_object(value.get("response"), "a response") | status)
        else:
            piece = Piece()
        piece.repeats = True
        return piece

    def whole(self, total: Piece) -> Json:
        """Build a whole response."""
        output: list[Json] = []
        if total.reasoning:
            summary = {"type": "summary_text", "text": total.reasoning}
            output.append({"type": "reasoning", "id": "rs_1", "summary": [summary]})
        if total.text or not total.calls:
            text = {"type": "output_text", "text": total.text, "annotations": []}
            said = {"role": "assistant", "status": "completed", "content": [text]}
            output.append({"type": "message", "id": "msg_1", **said})
        output += [
            {
                "type": "function_call",
                "id": call.id,
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
                "status": "completed",
            }
            for call in total.calls
        ]
        return _ENVELOPE | {"output": output, "usage": _written(total.usage)}

    def _response(self, response: Json) -> Piece:
        """Read the content of `response` that was not streamed, and why it ended."""
        piece, output = Piece(), response.get("output")
        if not isinstance(output, list | None):
            raise UnreadableAnswerError(f"{name_of(output)} as its output")
        for index, item in enumerate(output or ()):
            piece.add(self._rest_of(index, item))
        piece.reason = _reason(response)
        piece.usage = _usage(response.get("usage"))
        piece.ended = bool(piece.reason)
        return piece

    def _rest_of(self, index: int, item: object) -> Piece:
        item = _object(item, "an item of the output")
        kind, rest = item.get("type"), Piece()
        if kind in _CALLS:
            rest.calls += self._opened(index, item)
            arguments = arguments_in(item.get("input" if "input" in item else "arguments"))
            rest.add(self._until((index, "arguments", 0), "arguments", arguments))
        elif kind == "message":
            for which, part in enumerate(_parts(item.get("content"))):
                found = piece_of(part)
                key = "refusal" if found.refusal else "text"
                rest.add(self._until((index, "content", which), key, found.refusal or found.text))
        elif kind == "reasoning":
            for what, key in (("summary", "summary"), ("thought", "content")):
                for which, part in enumerate(_parts(item.get(key))):
                    rest.add(self._until((index, what, which), "reasoning", reasoning_in(part)))
        return rest

    def _opened(self, index: int, item: Json) -> Iterator[CallPiece]:
        if index not in self._named:
            self._named.add(index)
            name = word_in(item.get("name"))
            yield CallPiece(word_in(item.get("call_id") or item.get("id")), name, index=index)

    def _until(self, place: Place, key: str, text: str) -> Piece:
        """Return the rest of `text`, whose beginning may have arrived earlier."""
        come = "".join(self._come[place])
        if len(text) <= len(come) or not text.startswith(come):
            return Piece()
        return self._more(place, key, text[len(come) :])

    def _more(self, place: Place, key: str, delta: object) -> Piece:
        text = piece_of(delta).text
        self._come[place].append(text)
        if key == "arguments":
            return Piece(calls=[CallPiece(arguments=text, index=place[0])])
        if key == "refusal":
            return Piece(refusal=text)
        if key == "text":
            return Piece(text=text)
        if text and self._thought not in {None, place}:
            text = _NEXT_THOUGHT + text
        self._thought = place if text else self._thought
        return Piece(reasoning=text)


def _reason(response: Json) -> str:
    """Return the finish reason as the server spells it; empty if the reply has not ended."""
    status = response.get("status")
    if not isinstance(status, str) or status in {"in_progress", "queued"}:
        return ""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    if status == "incomplete" and isinstance(reason, str) and reason:
        return reason
    return "stop" if status == "completed" else status


def _usage(usage: object) -> Json:
    counts = counts_in(usage)
    return {new: counts[old] for old, new in _USAGE_NAMES.items() if old in counts}


def _written(counts: Json) -> Json | None:
    """Return `counts` under the API's names, with the three counts that LiteLLM needs."""
    if not counts:
        return None
    prompt, reply = counts.get("prompt_tokens", 0), counts.get("completion_tokens", 0)
    details = {old: counts[new] for old, new in _USAGE_NAMES.items() if new in counts}
    totals = {"input_tokens": prompt, "output_tokens": reply, "total_tokens": prompt + reply}
    return details | totals


def _parts(content: object) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


def _number(value: Json, key: str) -> int:
    number = value.get(key)
    return number if isinstance(number, int) else 0


def _object(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise NoReplyError(f"{name_of(value)} in place of {what}")
    return value
