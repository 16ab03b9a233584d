"""Writes the frames of an answer as each vendor's server does."""

import json

from hello_llm.providers.http.response_tap import Framing

COUNTS = {"prompt_tokens": 3, "completion_tokens": 5}


def event(value, name="", end="\n"):
    head = f"event: {name}{end}" if name else ""
    return f"{head}data: {json.dumps(value)}{end}{end}".encode("ascii")


def line(value):
    return json.dumps(value).encode("ascii") + b"\n"


def openai(kind, said, number):
    delta = {
        "text": {"content": said},
        "role": {"role": "assistant", "content": ""},
        "reasoning": {"reasoning_content": said},
        "tool call": {
            "tool_calls": [
                {
                    "index": number,
                    "id": f"{number}",
                    "function": {"name": "look", "arguments": '{"a": 1}'},
                }
            ]
        },
    }.get(kind, {})
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if kind == "end" else None}
    value = {"id": "1", "created": number, "model": "m", "choices": [choice], "logprobs": None}
    return event(value | {"usage": COUNTS} if kind == "usage" else value)


def anthropic(kind, said, number):
    def delta(**inside):
        return {"type": "content_block_delta", "index": number, "delta": inside}

    block = {"type": "tool_use", "id": f"{number}", "name": "look", "input": {}}
    value = {
        "text": delta(type="text_delta", text=said),
        "role": {"type": "message_start", "message": {"role": "assistant", "content": []}},
        "reasoning": delta(type="thinking_delta", thinking=said),
        "tool call": {"type": "content_block_start", "index": number, "content_block": block},
        "usage": {"type": "message_delta", "usage": {"input_tokens": 3, "output_tokens": 5}},
        "end": {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
    }[kind]
    return event(value, value["type"])


def gemini(kind, said, number):
    parts = {
        "text": [{"text": said}],
        "reasoning": [{"text": said, "thought": True}],
        "tool call": [{"functionCall": {"name": "look", "args": {"a": number}}}],
    }.get(kind, [])
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
    candidate |= {"finishReason": "STOP"} if kind == "end" else {}
    counts = {"promptTokenCount": 3, "candidatesTokenCount": number}
    return event({"candidates": [candidate], "usageMetadata": counts}, end="\r\n")


def ollama_chat(kind, said, number):
    call = {"function": {"name": "look", "arguments": {"a": number}}}
    message = {
        "text": {"content": said},
        "reasoning": {"content": "", "thinking": said},
        "tool call": {"content": "", "tool_calls": [call]},
    }.get(kind, {"content": ""})
    end = {"done_reason": "stop"} if kind == "end" else {}
    counts = {"prompt_eval_count": 3, "eval_count": 5} if kind == "usage" else {}
    return line({"created_at": f"{number}", "message": message, "done": False} | end | counts)


def responses(kind, said, number):
    call = {"type": "function_call", "call_id": f"{number}", "name": "look", "arguments": "{}"}
    done = {"output": [], "usage": {"input_tokens": 3, "output_tokens": 5}}
    name, inside = {
        "text": ("output_text.delta", {"delta": said, "content_index": 0}),
        "reasoning": ("reasoning_text.delta", {"delta": said, "content_index": 0}),
        "tool call": ("output_item.done", {"item": call}),
        "end": ("completed", {"response": done}),
    }.get(kind, ("in_progress", {}))
    place = number if kind == "tool call" else 1000 if kind == "reasoning" else 1001
    value = {"type": f"response.{name}", "sequence_number": number, "output_index": place}
    return event(value | inside, f"response.{name}")


def cohere(kind, said, number):
    call = {"id": f"{number}", "function": {"name": "look", "arguments": "{}"}}
    name, inside = {
        "text": ("content-delta", {"content": {"text": said}}),
        "reasoning": ("content-delta", {"content": {"type": "thinking", "thinking": said}}),
        "tool call": ("tool-call-start", {"tool_calls": call}),
    }.get(kind, ("content-start", {"content": {"text": ""}}))
    value = {"type": name, "index": number, "delta": {"message": inside}}
    if kind == "end":
        value = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}
    return event(value, value["type"])


WRITERS = {writer.__name__: writer for writer in (openai, anthropic, gemini, responses, cohere)}
WRITERS |= {"mistral": openai, "ollama_chat": ollama_chat}
PROBLEMS = {
    "error": event({"error": {"message": "out of memory"}}),
    "not JSON": b"data: {oops\n\n",
    "a number": b"data: 7\n\n",
}


def framing(vendor):
    """How LiteLLM expects the answers of `vendor` to be framed."""
    return Framing.LINES if vendor == "ollama_chat" else Framing.EVENTS


def written(vendor, frames):
    """The bytes of each of `frames`, pairs of a kind and what is said in it."""
    for number, (kind, said) in enumerate(frames):
        if kind == "comment":
            yield b"\n" if vendor == "ollama_chat" else b": still here\r\n\r\n"
        elif kind == "not UTF-8":
            yield WRITERS[vendor]("text", "@", number).replace(b"@", b"\xff\xc3")
        elif kind in PROBLEMS:
            problem = PROBLEMS[kind]
            yield problem[6:-1] if vendor == "ollama_chat" else problem
        else:
            yield WRITERS[vendor](kind, said, number)
