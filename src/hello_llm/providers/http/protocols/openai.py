"""OpenAI's Chat Completions API, including the variants of its many imitators."""

from collections.abc import Iterator

from hello_llm.providers.http.protocols.choices import FirstChoice
from hello_llm.providers.http.protocols.content import (
    name_of,
    piece_of,
    reasoning_in,
    text_in,
)
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

_ENVELOPE = {"id": "chatcmpl-1", "created": 0, "model": "model"}
_REASONING_KEYS = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
_REASON_KEYS = ("finish_reason", "stop_reason", "finishReason")
_BARE_KEYS = ("content", "reasoning_content", "text", "tool_calls")
"""Keys that may be in the choice itself, such as ``text`` in legacy completions."""
_SYNONYMS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}


class OpenAIReplies:
    """Parses streamed chunks and whole completions."""

    by_lines: bool = False
    usage_names: UsageNames = (("prompt_tokens",), ("completion_tokens",))
    model_places: ModelPlaces = (("model",),)

    def __init__(self) -> None:
        """Start a new answer."""
        self._choices = FirstChoice()
        self._said: list[str] = []

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value of the answer."""
        if "choices" not in value and not value.get("usage"):
            return None
        choice = self._choices.pick(value.get("choices"), "choices", whole=whole)
        piece = Piece() if choice is None else self._piece(choice, whole=whole)
        piece.usage = piece.usage or _usage(value.get("usage"))
        piece.only_usage = bool(piece.usage) and not value.get("choices")
        return piece

    def late(self) -> Piece | None:
        """Return the lowest-numbered choice if none was numbered 0."""
        total = Piece()
        for choice in self._choices.late():
            total.add(self._piece(choice, whole=False))
        return total

    def _piece(self, choice: Json, *, whole: bool) -> Piece:
        first, *others = _messages(choice, whole=whole)
        if whole and not first and not others:
            raise UnreadableAnswerError("a choice without a message")
        piece = _piece(choice, first, whole=whole)
        for message in others:
            if not piece.has_output:
                # Besides its deltas, a server may repeat the whole text so far.
                again = _piece(choice, message, whole=whole)
                again.text = again.text.removeprefix("".join(self._said))
                piece = again if again.text or not self._said else piece
        self._said.append(piece.text)
        return piece

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield a chunk."""
        delta: Json = {"content": piece.text} if piece.text else {}
        if piece.reasoning:
            delta["reasoning_content"] = piece.reasoning
        if piece.calls:
            delta["tool_calls"] = [{"index": one.number, **_call(one)} for one in piece.calls]
        yield _chunk(delta, None)

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield a chunk with the finish reason and the token counts."""
        last = _chunk({}, "tool_calls" if total.calls else "stop")
        yield last | ({"usage": _counted(total.usage)} if total.usage else {})

    def whole(self, total: Piece) -> Json:
        """Build a whole completion."""
        message: Json = {"role": "assistant", "content": total.text}
        # Without this key, LiteLLM would look for reasoning in the text again.
        message["reasoning_content"] = total.reasoning or None
        if total.calls:
            message["tool_calls"] = [_call(one) for one in total.calls]
        reason = "tool_calls" if total.calls else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason}
        reply: Json = {**_ENVELOPE, "object": "chat.completion", "choices": [choice]}
        return reply | ({"usage": _counted(total.usage)} if total.usage else {})


_CHUNK = {"object": "chat.completion.chunk"}


def _chunk(delta: Json, reason: str | None) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_ENVELOPE, **_CHUNK, "choices": [choice]}


def _call(call: CallPiece) -> Json:
    function: Json = {"arguments": call.arguments}
    if call.id is None:
        return {"function": function}
    return {"id": call.id, "type": "function", "function": {"name": call.name, **function}}


def _piece(choice: Json, message: Json, *, whole: bool) -> Piece:
    piece = piece_of(message.get("content"))
    if not piece.text:
        piece.text = text_in(message.get("text"))
    reasoning = (reasoning_in(message[key]) for key in _REASONING_KEYS if message.get(key))
    piece.reasoning = next(filter(None, reasoning), "") or piece.reasoning
    piece.calls = list(calls_in(message.get("tool_calls"), whole=whole))
    piece.calls = piece.calls or list(calls_in(message.get("function_call"), whole=whole))
    refusal = message.get("refusal")
    piece.refusal += refusal if isinstance(refusal, str) else ""
    reasons = (choice.get(key) for key in _REASON_KEYS)
    piece.reason = next((one for one in reasons if one and isinstance(one, str)), "")
    piece.usage = _usage(choice.get("usage"))
    return piece


def _messages(choice: Json, *, whole: bool) -> Iterator[Json]:
    """Yield the model's messages, starting with the most likely place."""
    places = [key for key in ("delta", "message") if choice.get(key) is not None]
    for key in reversed(places) if whole else places:
        if not isinstance(choice[key], dict):
            raise UnreadableAnswerError(f"{name_of(choice[key])} as its {key}")
        yield choice[key]
    if not places:
        yield {key: choice[key] for key in _BARE_KEYS if choice.get(key) is not None}


def _usage(usage: object) -> Json:
    counts = usage_in(usage)
    return {_SYNONYMS.get(name, name): count for name, count in counts.items()}


def _counted(usage: Json) -> Json:
    """Return `usage` with the three counts that LiteLLM needs for its calculations."""
    prompt, completion = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    totals = {"prompt_tokens": prompt, "completion_tokens": completion}
    return usage | totals | {"total_tokens": prompt + completion}
