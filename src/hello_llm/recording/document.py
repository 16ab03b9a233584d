"""Converts exchanges to and from JSON; only this module knows the format of a recording."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Literal

from hello_llm.contract import (
    ChatRequest,
    LLMReply,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.recording.exchange import Exchange, Outcome, Piece, RecordedError, Timed
from hello_llm.recording.typed import dataclass_from, value_at

SCHEMA = "hello-llm.exchange/1"

_NAMES: dict[type[Piece], str] = {
    Started: "start",
    TextDelta: "delta",
    ReasoningDelta: "reasoning",
    ToolCallDelta: "tool_call",
}
_PIECES: dict[str, type[Piece]] = {name: piece for piece, name in _NAMES.items()}


def request_document(request: ChatRequest) -> dict[str, Any]:
    """Return `request` in its canonical form, without unset values."""
    return {
        "model": request.model,
        "messages": [_set(asdict(message)) for message in request.messages],
        "params": {key: _number(value) for key, value in _set(asdict(request.params)).items()},
    }


def request_hash(request: ChatRequest) -> str:
    """Return the SHA-256 of the canonical form of `request`, in hexadecimal."""
    text = json.dumps(request_document(request), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_document(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON object that records `exchange`."""
    return {
        "schema": SCHEMA,
        "hash": request_hash(exchange.request),
        "provider": exchange.provider,
        "stream": exchange.stream,
        "request": request_document(exchange.request),
        "events": [_event(timed) for timed in exchange.pieces],
        "outcome": exchange.outcome,
        "ended_ms": exchange.ended_ms,
        "reply": None if exchange.reply is None else reply_document(exchange.reply),
        "error": None if exchange.trouble is None else error_document(exchange.trouble),
        "delay_s": exchange.delay_s,
    }


def from_document(document: Mapping[str, Any]) -> Exchange:
    """Build the exchange that a `document` describes; unknown keys are ignored.

    Raises:
        ValueError: a key is missing, or a value is of the wrong type or not allowed.
    """
    exchange = Exchange(
        provider=value_at(document, "provider", str),
        stream=value_at(document, "stream", bool),
        request=value_at(document, "request", ChatRequest),
        pieces=tuple(map(_timed, value_at(document, "events", tuple[dict[str, Any], ...]))),
        outcome=value_at(document, "outcome", Outcome),
        ended_ms=value_at(document, "ended_ms", float),
        reply=value_at(document, "reply", LLMReply | None),
        trouble=value_at(document, "error", RecordedError | None),
        delay_s=value_at(document, "delay_s", float | None),
    )
    ends = {"complete": exchange.reply, "failed": exchange.trouble, "cut": ()}
    if ends[exchange.outcome] is None:
        raise ValueError(f"the exchange is {exchange.outcome}, and its end is missing")
    return exchange


def reply_document(reply: LLMReply) -> dict[str, Any]:
    """Return `reply` without earlier attempts, which only the surrounding turn knows."""
    document = asdict(replace(reply, attempts=min(reply.attempts, 1)))
    del document["failures"]
    return document


def error_document(trouble: RecordedError) -> dict[str, Any]:
    """Return `trouble` as JSON values, from which ``dataclass_from`` builds it again."""
    partial = None if trouble.partial is None else reply_document(trouble.partial)
    return asdict(trouble) | {"code": trouble.code.name, "partial": partial}


def _timed(event: Mapping[str, Any]) -> Timed:
    name = value_at(event, "event", Literal["start", "delta", "reasoning", "tool_call"])
    return Timed(value_at(event, "at_ms", float), dataclass_from(_PIECES[name], event))


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, ())}


def _number(value: object) -> Any:  # noqa: ANN401 - any value of a parameter
    """Return a whole number as an integer, because 0.0 means the same as 0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _event(timed: Timed) -> dict[str, Any]:
    name = _NAMES[type(timed.piece)]
    return {"at_ms": timed.at_ms, "event": name, **asdict(timed.piece)}
