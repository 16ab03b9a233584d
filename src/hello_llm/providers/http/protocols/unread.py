"""Handles protocols that only LiteLLM can read: detects just the end of an answer."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hello_llm.providers.http.protocols.piece import (
    Json,
    ModelPlaces,
    Piece,
    UnreadableAnswerError,
    UsageNames,
)

_REASON_KEYS = ("finish_reason", "finishReason", "stop_reason", "done_reason")
_CHOICE_KEYS = ("choices", "candidates", "results")
_USAGE_KEYS = ("usage", "usageMetadata")


class UnreadReplies:
    """Passes values on unchanged."""

    usage_names: UsageNames = ((), ())
    model_places: ModelPlaces = (("model",), ("modelVersion",), ("model_id",))

    def __init__(self, *, by_lines: bool) -> None:
        """Start an answer that is sent as JSON lines if `by_lines`, else as server-sent events."""
        self.by_lines = by_lines

    def read(self, value: Json, *, whole: bool) -> Piece:  # noqa: ARG002 - the protocol's
        """Return `value` itself, with the finish reason that it contains."""
        return Piece(
            unread=value,
            reason=next(_reasons(value), ""),
            ended=value.get("type") == "message_stop" or value.get("done") is True,
            only_usage=any(value.get(key) for key in _USAGE_KEYS)
            and not any(value.get(key) for key in _CHOICE_KEYS),
        )

    def late(self) -> Piece | None:
        """Return ``None``: nothing is held back."""
        return None

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield the value unchanged."""
        if piece.unread is not None:
            yield piece.unread

    def closing(self, total: Piece) -> Iterator[Json]:  # noqa: ARG002 - the protocol's
        """Yield nothing: the server's own end was passed on."""
        yield from ()

    def whole(self, total: Piece) -> Json:
        """Return the whole answer unchanged, if it came in one piece."""
        if total.unread is None:
            raise UnreadableAnswerError("a stream that was not requested")
        return total.unread


def _reasons(value: Json) -> Iterator[str]:
    """Yield the finish reasons in `value` from their usual places; text may look like one."""
    alternatives = (value.get(key) for key in _CHOICE_KEYS)
    for place in [value, value.get("delta"), *chain.from_iterable(map(_first, alternatives))]:
        if isinstance(place, dict):
            reasons = (place.get(key) for key in _REASON_KEYS)
            yield from (reason for reason in reasons if reason and isinstance(reason, str))


def _first(alternatives: object) -> list[Any]:
    if not isinstance(alternatives, list):
        return []
    return [one for one in alternatives if isinstance(one, dict) and not one.get("index")]
