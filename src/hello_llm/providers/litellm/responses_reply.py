"""Turns a reply of OpenAI's Responses API into one of Chat Completions, streamed or whole.

Everything else here reads Chat Completions: what LiteLLM would make of a reply loses text, reasoning
and refusals, and costs a millisecond for each event. Source: OpenAI's reference of the streaming
events of the Responses API.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STAND_IN = (
    b'{"id": "", "object": "response", "created_at": 0, "status": "completed", "model": "",'
    b' "output": [{"type": "message", "id": "", "status": "completed", "role": "assistant",'
    b' "content": [{"type": "output_text", "text": "", "annotations": []}]}]}'
)
"""What LiteLLM is given to read in place of a whole reply, which is read here."""

Json = dict[str, Any]
Place = tuple[int, str, int]
"""Where a piece belongs: the item of the output, what it is, and which of its parts."""

_DELTAS = {
    "response.output_text.delta": ("content", "content", "content_index"),
    "response.refusal.delta": ("content", "refusal", "content_index"),
    "response.reasoning_summary_text.delta": ("summary", "reasoning_content", "summary_index"),
    "response.reasoning_text.delta": ("thought", "reasoning_content", "content_index"),
    "response.function_call_arguments.delta": ("arguments", "tool_calls", ""),
    "response.custom_tool_call_input.delta": ("arguments", "tool_calls", ""),
}
"""For each event that brings a piece: what it is a part of, its key in a chunk, which part."""

_ITEMS = frozenset({"response.output_item.added", "response.output_item.done"})
_ENDS = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
)
_CALLS = frozenset({"function_call", "custom_tool_call"})
_LIMITS = frozenset({"max_output_tokens", "max_tokens"})
_BETWEEN_THOUGHTS = "\n\n"


class NoReplyError(Exception):
    """It says that it is a reply, and has not the shape of one."""


@dataclass(slots=True)
class ResponsesReply:
    """What has come of one reply, so that nothing is passed on twice and nothing is left out."""

    ended: bool = False
    """True once the server has said how the reply ended."""
    _said: dict[Place, str] = field(default_factory=dict)
    _calls: dict[int, int] = field(default_factory=dict)
    _named: set[int] = field(default_factory=set)
    _thought: Place | None = None

    def chunks(self, event: Json) -> Iterator[Json]:
        """Yield the chunks that stand for `event`; most events bring none.

        Raises:
            NoReplyError: a part of it is not what it must be.
        """
        kind = event.get("type")
        if not isinstance(kind, str) or not kind.startswith("response."):
            yield event  # an error, or another protocol
        elif kind in _DELTAS:
            part, key, which = _DELTAS[kind]
            place = (_number(event, "output_index"), part, _number(event, which))
            yield from map(_chunk, self._add(place, key, event.get("delta")))
        elif kind in _ITEMS:
            item = event.get("item")
            yield from map(_chunk, self._rest_of(_number(event, "output_index"), item))
        elif kind in _ENDS:
            status = {"status": kind.removeprefix("response.")}
            yield from self._end(_object(event.get("response")) | status)

    def whole(self, response: Json) -> Json:
        """Return the reply that `response` is; what is no response is returned as it stands.

        Raises:
            NoReplyError: a part of it is not what it must be.
        """
        is_response = response.get("object") == "response" or "output" in response
        if not is_response or response.get("error"):
            return response
        message: Json = {"role": "assistant", "content": ""}
        for delta in self._deltas_of(response):
            _merge(message, delta)
        choice = {"index": 0, "message": message, "finish_reason": self._reason(response)}
        return _envelope(response, "chat.completion") | {"choices": [choice]} | _usage(response)

    def _end(self, response: Json) -> Iterator[Json]:
        if response.get("error"):
            yield {"error": response["error"]}
            return
        yield from map(_chunk, self._deltas_of(response))
        reason = self._reason(response)
        self.ended = reason is not None
        choice = {"index": 0, "delta": {}, "finish_reason": reason}
        envelope = _envelope(response, "chat.completion.chunk")
        yield envelope | {"choices": [choice]}
        yield from (envelope | {"choices": []} | usage for usage in [_usage(response)] if usage)

    def _deltas_of(self, response: Json) -> Iterator[Json]:
        for index, item in enumerate(_list(response.get("output"))):
            yield from self._rest_of(index, item)

    def _rest_of(self, index: int, item: Any) -> Iterator[Json]:  # noqa: ANN401 - whatever came
        """Yield what `item` holds and has not come yet."""
        item = _object(item)
        kind = item.get("type")
        if kind in _CALLS:
            yield from self._open_call(index, item)
            arguments = item.get("input" if kind == "custom_tool_call" else "arguments")
            yield from self._complete((index, "arguments", 0), "tool_calls", arguments or "")
        elif kind == "message":
            for which, part in enumerate(_parts(item.get("content"))):
                key = "refusal" if part.get("type") == "refusal" else "content"
                text = part.get("refusal") if key == "refusal" else part.get("text")
                if text is not None:
                    yield from self._complete((index, "content", which), key, text)
        elif kind == "reasoning":
            for name, part in (("summary", "summary"), ("content", "thought")):
                for which, thought in enumerate(_parts(item.get(name))):
                    place, text = (index, part, which), thought.get("text")
                    if text is not None:
                        yield from self._complete(place, "reasoning_content", text)

    def _open_call(self, index: int, item: Json) -> Iterator[Json]:
        if index in self._named:
            return
        self._named.add(index)
        number = self._calls.setdefault(index, len(self._calls))
        function = {"name": item.get("name"), "arguments": ""}
        call = {"id": item.get("call_id") or item.get("id"), "type": "function"}
        yield {"tool_calls": [{"index": number, **call, "function": function}]}

    def _complete(self, place: Place, key: str, text: Any) -> Iterator[Json]:  # noqa: ANN401 - whatever came
        """Yield the end of `text` where its beginning has come."""
        said = self._said.get(place, "")
        if not isinstance(text, str):
            raise NoReplyError
        if len(text) > len(said) and text.startswith(said):
            yield from self._add(place, key, text[len(said) :])

    def _add(self, place: Place, key: str, piece: Any) -> Iterator[Json]:  # noqa: ANN401 - whatever came
        if not isinstance(piece, str):
            raise NoReplyError
        self._said[place] = self._said.get(place, "") + piece
        if key == "tool_calls":
            number = self._calls.setdefault(place[0], len(self._calls))
            yield {key: [{"index": number, "function": {"arguments": piece}}]}
            return
        if key == "reasoning_content":
            if self._thought not in {None, place}:
                piece = _BETWEEN_THOUGHTS + piece
            self._thought = place
        yield {key: piece}

    def _reason(self, response: Json) -> str | None:
        """Return why the reply ended, in the words of Chat Completions; ``None`` if it did not."""
        match response.get("status"):
            case "completed":
                return "tool_calls" if self._calls else "stop"
            case "incomplete":
                details = response.get("incomplete_details")
                reason = details.get("reason") if isinstance(details, dict) else None
                given = reason if isinstance(reason, str) else "length"
                return "length" if given in _LIMITS else given
            case "failed" | "cancelled" as status:
                return "error" if status == "failed" else status
            case _:
                return None


def _chunk(delta: Json) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def _envelope(response: Json, kind: str) -> Json:
    named = {key: response[key] for key in ("id", "model") if isinstance(response.get(key), str)}
    return {"object": kind, **named}


def _usage(response: Json) -> Json:
    """Return the counts under their names in Chat Completions, if there are any."""
    usage = response.get("usage")
    if not isinstance(usage, dict):
        return {}
    names = {
        "input_tokens": "prompt_tokens",
        "output_tokens": "completion_tokens",
        "total_tokens": "total_tokens",
        "input_tokens_details": "prompt_tokens_details",
        "output_tokens_details": "completion_tokens_details",
    }
    return {"usage": {new: usage[old] for old, new in names.items() if usage.get(old) is not None}}


def _merge(message: Json, delta: Json) -> None:
    """Add `delta` to `message`, as a reader of the stream would."""
    for key, piece in delta.items():
        if key != "tool_calls":
            message[key] = message.get(key, "") + piece
            continue
        calls = message.setdefault(key, [])
        for call in piece:
            if call["index"] == len(calls):
                calls.append(call)
            else:
                calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]


def _number(event: Json, key: str) -> int:
    number = event.get(key)
    return number if isinstance(number, int) else 0


def _object(value: Any) -> Json:  # noqa: ANN401 - whatever JSON the server sent
    if not isinstance(value, dict):
        raise NoReplyError
    return value


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON the server sent
    if not isinstance(value, list | None):
        raise NoReplyError
    return value or []


def _parts(value: Any) -> list[Json]:  # noqa: ANN401 - whatever JSON the server sent
    """Return the parts of a content; a bare text is one of them."""
    if isinstance(value, str):
        return [{"text": value}]
    return [{"text": part} if isinstance(part, str) else _object(part) for part in _list(value)]
