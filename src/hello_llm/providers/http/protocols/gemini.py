"""Gemini's GenerateContent API."""

from collections.abc import Iterator

from hello_llm.providers.http.protocols.choices import FirstChoice
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

_TEXTLESS_PARTS = frozenset({"executableCode", "codeExecutionResult", "videoMetadata"})
_REASON_KEYS = ("finishReason", "finish_reason")
_OUTPUT = ("candidatesTokenCount", "thoughtsTokenCount")


class GeminiReplies:
    """Parses responses; the frames of a stream have the same form as a whole reply."""

    by_lines: bool = False
    usage_names: UsageNames = (
        ("promptTokenCount",),
        ("candidatesTokenCount", "thoughtsTokenCount"),
    )
    model_places: ModelPlaces = (("modelVersion",),)

    def __init__(self) -> None:
        """Start a new answer."""
        self._candidates = FirstChoice()
        self._begun = False

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value of the answer."""
        if not {"candidates", "promptFeedback", "usageMetadata"} & value.keys():
            return None
        candidate = self._candidates.pick(value.get("candidates"), "candidates", whole=whole)
        piece = Piece() if candidate is None else _piece(candidate)
        feedback = value.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            piece.reason = "content_filter"
        piece.usage = usage_in(value.get("usageMetadata"))
        # The last response has candidates, too; some servers then leave the stream open.
        last = self._begun and bool(piece.reason) and not piece.has_output
        piece.only_usage = bool(piece.usage) and (last or not value.get("candidates"))
        self._begun = self._begun or piece.has_output
        return piece

    def late(self) -> Piece | None:
        """Return the lowest-numbered candidate if none was numbered 0."""
        total = Piece()
        for candidate in self._candidates.late():
            total.add(_piece(candidate))
        return total

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield a response with the parts of `piece`."""
        parts = list(_parts(piece))
        if parts:
            yield {"candidates": [_candidate(parts)]}

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the last response, with the finish reason and the token counts."""
        yield _response([{"text": ""}], total.usage)

    def whole(self, total: Piece) -> Json:
        """Build a whole response."""
        return _response(list(_parts(total)) or [{"text": ""}], total.usage)


def _piece(candidate: Json) -> Piece:
    content = candidate.get("content")
    parts = content.get("parts", content) if isinstance(content, dict) else content
    if isinstance(parts, dict) and (not parts or parts.keys() <= {"role"}):
        parts = None
    piece = Piece()
    if parts is not None and not isinstance(parts, list | dict):
        raise UnreadableAnswerError(f"{name_of(parts)} as its parts")
    for part in parts if isinstance(parts, list) else (parts,):
        piece.add(_part(part))
    if not piece.has_output:
        legacy = candidate.get("text") if content is None else None
        piece.add(piece_of(legacy))
    reasons = (candidate.get(key) for key in _REASON_KEYS)
    piece.reason = next((one for one in reasons if one and isinstance(one, str)), "")
    return piece


def _part(part: object) -> Piece:
    if not isinstance(part, dict):
        return piece_of(part)
    if len(part) == 1 and isinstance(part.get("text"), str):  # as nearly all are
        return Piece(text=part["text"])
    if part.get("functionCall") is not None:
        return Piece(calls=list(_calls(part)))
    if _TEXTLESS_PARTS & part.keys() and not part.get("text"):
        return Piece()
    known = {key: part[key] for key in part if key not in {"thought", "thoughtSignature"}}
    piece = piece_of(known)
    if part.get("thought") is True:
        return Piece(reasoning=piece.text + piece.reasoning)
    return piece


def _calls(part: Json) -> Iterator[CallPiece]:
    for call in calls_in(part["functionCall"], whole=True):
        signature = part.get("thoughtSignature")
        if isinstance(signature, str):
            call.extra = {"thoughtSignature": signature}
        yield call


def _parts(piece: Piece) -> Iterator[Json]:
    if piece.reasoning:
        yield {"text": piece.reasoning, "thought": True}
    if piece.text:
        yield {"text": piece.text}
    for call in piece.calls:
        yield {"functionCall": {"name": call.name, "args": call.input}, **call.extra}


def _candidate(parts: list[Json]) -> Json:
    return {"index": 0, "content": {"role": "model", "parts": parts}}


def _response(parts: list[Json], usage: Json) -> Json:
    """Build the last response; LiteLLM requires token counts in it, even if they are zero."""
    counts = {"promptTokenCount": 0, "candidatesTokenCount": 0} | usage
    output = sum(counts.get(key, 0) for key in _OUTPUT)
    counts["totalTokenCount"] = counts["promptTokenCount"] + output
    candidate = _candidate(parts) | {"finishReason": "STOP"}
    return {"candidates": [candidate], "usageMetadata": counts}
