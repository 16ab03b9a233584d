"""Minimal responses, one per protocol, for rehearsing a call offline."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A sample answer from one vendor's server, whole and streamed."""

    model: str
    """The model that is called."""
    whole: dict[str, Any]
    """The reply as one JSON object."""
    pieces: tuple[dict[str, Any], ...]
    """The reply as a stream."""
    by_lines: bool = False
    """True if each piece is a line, False if it is the data of a server-sent event."""

    def body(self, *, stream: bool) -> bytes:
        """Return the bytes of the reply."""
        if not stream:
            return json.dumps(self.whole).encode()
        frame = "{}\n" if self.by_lines else "data: {}\n\n"
        return "".join(frame.format(json.dumps(piece)) for piece in self.pieces).encode()


def _openai(kind: str, key: str, part: dict[str, Any], finish: str | None) -> dict[str, Any]:
    reply: dict[str, Any] = {"id": "1", "object": kind, "created": 1, "model": "rehearsal"}
    reply["choices"] = [{"index": 0, key: part, "finish_reason": finish}]
    if finish is not None:
        reply["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return reply


_HELLO = {"role": "assistant", "content": "Hello"}
_CHAT = (
    _openai("chat.completion", "message", _HELLO, "stop"),
    (
        _openai("chat.completion.chunk", "delta", _HELLO, None),
        _openai("chat.completion.chunk", "delta", {}, "stop"),
    ),
)
_OLLAMA = {
    "model": "rehearsal",
    "created_at": "2026-01-01T00:00:00Z",
    "message": _HELLO,
    "done": False,
}
_OLLAMA_END = {"done": True, "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 1}
_GEMINI = {
    "candidates": [
        {
            "index": 0,
            "content": {"role": "model", "parts": [{"text": "Hello"}]},
            "finishReason": "STOP",
        }
    ],
    "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
    "modelVersion": "rehearsal",
}
_TEXT = {"type": "text", "text": "Hello"}
_MESSAGE = {
    "id": "1",
    "type": "message",
    "role": "assistant",
    "model": "rehearsal",
    "content": [_TEXT],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
_ANTHROPIC = (
    {"type": "message_start", "message": _MESSAGE | {"content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": _TEXT | {"text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 1},
    },
    {"type": "message_stop"},
)
ANSWERS = (
    Answer("openai/gpt-4o-mini", *_CHAT),
    Answer("ollama/rehearsal", _OLLAMA | _OLLAMA_END, (_OLLAMA, _OLLAMA | _OLLAMA_END), True),
    Answer("anthropic/claude-haiku-4-5", _MESSAGE, _ANTHROPIC),
    Answer("gemini/gemini-2.0-flash", _GEMINI, (_GEMINI,)),
    Answer("mistral/mistral-small-latest", *_CHAT),
)
"""One for each widely used protocol; known models, so that price lookups are rehearsed too."""
