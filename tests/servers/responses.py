"""OpenAI's ``/v1/responses``, whole and as server-sent events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.servers.dialect import to_json
from tests.servers.openai import OpenAI
from tests.servers.script import Script, Tokens, ToolCall

_INCOMPLETE = {"length": "max_output_tokens"}
_OPENINGS = (".created", ".in_progress", "output_item.added", "content_part.added")
_COMPLETED = frozenset({"stop", "tool_calls"})


@dataclass(frozen=True, slots=True)
class Responses(OpenAI):
    """The protocol of OpenAI's models that reason at length, and of servers compatible with it."""

    path: str = "/v1/responses"

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return a ``response``."""
        return to_json(_closed(script, asked))

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield the events of a response, the last with all of it once more."""
        opening = b""
        for number, event in enumerate(_events(script, asked)):
            name = str(event["type"])
            numbered = to_json(event | {"sequence_number": number})
            frame = b"event: " + name.encode() + b"\ndata: " + numbered + b"\n\n"
            if name.endswith(_OPENINGS):  # they come together
                opening += frame
                continue
            if opening:
                yield opening
            yield frame
            opening = b""
        if opening:
            yield opening


def _events(script: Script, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    opened = _envelope(asked) | {"status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": opened}
    yield {"type": "response.in_progress", "response": opened}
    complete = script.end == "complete"
    items = list(enumerate(_items(script)))
    for index, item in items:
        last = index == len(items) - 1
        for event in _item_events(script, item):
            if complete or not last or not event["type"].endswith(".done"):
                yield {"output_index": index, **event}
    if complete and script.finish is not None:
        closed = _closed(script, asked)
        yield {"type": f"response.{closed['status']}", "response": closed}


def _item_events(script: Script, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    here = {"item_id": item["id"]}
    match item["type"]:
        case "reasoning":
            yield _added(item, summary=[])
            part = {"summary_index": 0, **here}
            for piece in script.reasoning:
                yield {"type": "response.reasoning_summary_text.delta", "delta": piece, **part}
            text = "".join(script.reasoning)
            yield {"type": "response.reasoning_summary_text.done", "text": text, **part}
        case "message":
            yield _added(item, content=[])
            part = {"content_index": 0, **here}
            empty = _text("")
            yield {"type": "response.content_part.added", "part": empty, **part}
            for piece in script.chunks:
                yield {"type": "response.output_text.delta", "delta": piece, **part}
            text = "".join(script.chunks)
            yield {"type": "response.output_text.done", "text": text, **part}
            yield {"type": "response.content_part.done", "part": _text(text), **part}
        case "function_call":
            yield _added(item, arguments="")
            (call,) = (one for one in script.tool_calls if one.id == item["call_id"])
            kind = "response.function_call_arguments"
            for fragment in call.fragments:
                yield {"type": f"{kind}.delta", "delta": fragment, **here}
            yield {"type": f"{kind}.done", "arguments": call.arguments, **here}
    yield {"type": "response.output_item.done", "item": item}


def _added(item: dict[str, Any], **empty: Any) -> dict[str, Any]:
    begun = item | {"status": "in_progress", **empty}
    return {"type": "response.output_item.added", "item": begun}


def _closed(script: Script, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the response as it stands at its end."""
    response = _envelope(asked) | {"output": list(_items(script))}
    if script.finish is None:
        response["status"] = "in_progress"
    elif script.finish in _COMPLETED:
        response["status"] = "completed"
    else:
        response["status"] = "incomplete"
        reason = _INCOMPLETE.get(script.finish, script.finish)
        response["incomplete_details"] = {"reason": reason}
    return response | {"usage": None if script.usage is None else _usage(script.usage)}


def _envelope(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": asked.get("model"),
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tools": [],
    }


def _items(script: Script) -> Iterator[dict[str, Any]]:
    if script.reasoning:
        summary = {"type": "summary_text", "text": "".join(script.reasoning)}
        yield {"type": "reasoning", "id": "rs_1", "summary": [summary]}
    if script.chunks or not script.tool_calls:
        content = [_text("".join(script.chunks))] if script.chunks else []
        said = {"role": "assistant", "status": "completed", "content": content}
        yield {"type": "message", "id": "msg_1", **said}
    yield from map(_tool_call, script.tool_calls)


def _text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _tool_call(call: ToolCall) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"fc_{call.id}",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": "completed",
    }


def _usage(tokens: Tokens) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "input_tokens": tokens.prompt,
        "output_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
    }
    if tokens.cached is not None:
        usage["input_tokens_details"] = {"cached_tokens": tokens.cached}
    if tokens.reasoning is not None:
        usage["output_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage
