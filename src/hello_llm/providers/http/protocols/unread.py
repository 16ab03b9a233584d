"""Protocols that LiteLLM alone reads: here only the end of an answer is looked for."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hello_llm.providers.http.protocols.piece import (
    Json,
    Piece,
    UnreadableAnswerError,
    UsageNames,
)

_REASON_KEYS = ("finish_reason", "finishReason", "stop_reason", "done_reason")
_CHOICE_KEYS = ("choices", "candidates", "results")
_USAGE_KEYS = ("usage", "usageMetadata")


class UnreadReplies:
    """Hands on what comes as it is."""

    usage_names: UsageNames = ((), ())

    def __init__(self, *, by_lines: bool) -> None:
        """Begin an answer that comes `by_lines` or as server-sent events."""
        self.by_lines = by_lines

    def read(self, value: Json, *, whole: bool) -> Piece:  # noqa: ARG002 - the protocol's
        """Return `value` itself, and what it gives as reasons for its end."""
        return Piece(
            unread=value,
            reason=next(_reasons(value), ""),
            ended=value.get("type") == "message_stop" or value.get("done") is True,
            only_usage=any(value.get(key) for key in _USAGE_KEYS)
            and not any(value.get(key) for key in _CHOICE_KEYS),
        )

    def late(self) -> Piece | None:
        """Return nothing."""
        return None

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield the bytes as they came."""
        if piece.unread is not None:
            yield piece.unread

    def closing(self, total: Piece) -> Iterator[Json]:  # noqa: ARG002 - the protocol's
        """Yield nothing: it came."""
        yield from ()

    def whole(self, total: Piece) -> Json:
        """Return the whole answer, if it came in one piece."""
        if total.unread is None:
            raise UnreadableAnswerError("a stream that was not asked for")
        return total.unread


def _reasons(value: Json) -> Iterator[str]:
    """Yield the finish reasons in `value`; a model's text may hold the same words."""
    alternatives = (value.get(key) for key in _CHOICE_KEYS)
    for place in [value, value.get("delta"), *chain.from_iterable(map(_first, alternatives))]:
        if isinstance(place, dict):
            reasons = (place.get(key) for key in _REASON_KEYS)
            yield from (reason for reason in reasons if reason and isinstance(reason, str))


def _first(alternatives: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON the server sent
    if not isinstance(alternatives, list):
        return []
    return [one for one in alternatives if isinstance(one, dict) and not one.get("index")]
