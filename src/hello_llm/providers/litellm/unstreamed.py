"""Turns a whole reply into the frames of a stream, for servers that do not stream when asked to."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def as_frames(reply: Json) -> Iterator[Json]:
    """Yield what a stream would have brought; the protocol is told by the keys of `reply`.

    Gemini and Ollama stream pieces of the same shape as a whole reply.
    """
    if reply.get("type") == "message":
        yield from _anthropic(reply)
    elif isinstance(reply.get("choices"), list):
        yield _openai(reply)
    else:
        yield reply


def _openai(reply: Json) -> Json:
    choices = [_choice(one) for one in reply["choices"] if isinstance(one, dict)]
    return reply | {"object": "chat.completion.chunk", "choices": choices}


def _choice(choice: Json) -> Json:
    # Null would be an empty piece to LiteLLM, and a reply without a message is none.
    delta = "" if choice.get("message") is None else choice["message"]
    if isinstance(delta, dict) and delta.get("tool_calls"):
        calls = [{"index": index} | call for index, call in enumerate(delta["tool_calls"])]
        delta = delta | {"tool_calls": calls}
    return {key: value for key, value in choice.items() if key != "message"} | {"delta": delta}


def _anthropic(message: Json) -> Iterator[Json]:
    usage = message.get("usage")
    start = message | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message.get("content") or ()):
        empty, delta = _emptied(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": message.get("stop_reason"), "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": usage}
    yield {"type": "message_stop"}


def _emptied(block: Json) -> tuple[Json, Json]:
    """Return the block as it starts, and the delta that fills it."""
    match block.get("type"):
        case "tool_use":
            arguments = json.dumps(block.get("input"))
            return block | {"input": {}}, {"type": "input_json_delta", "partial_json": arguments}
        case "thinking":
            text = block.get("thinking", "")
            return block | {"thinking": ""}, {"type": "thinking_delta", "thinking": text}
        case _:
            return block | {"text": ""}, {"type": "text_delta", "text": block.get("text", "")}
