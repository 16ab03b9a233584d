"""An exchange as a JSON document and back: the one place that knows the format of a recording."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from hello_llm.contract import (
    ChatRequest,
    ExitCode,
    LLMReply,
    Message,
    Params,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from hello_llm.recording.exchange import OUTCOMES, Exchange, Piece, RecordedError, Timed

SCHEMA = "hello-llm.exchange/1"

_Data = TypeVar("_Data", Message, Params, Usage, ToolCall)
_NAMES: dict[type[Piece], str] = {
    Started: "start",
    TextDelta: "delta",
    ReasoningDelta: "reasoning",
    ToolCallDelta: "tool_call",
}


def request_document(request: ChatRequest) -> dict[str, Any]:
    """Return `request` in its canonical form: what was left open is left out."""
    return {
        "model": request.model,
        "messages": [_set(asdict(message)) for message in request.messages],
        "params": {key: _number(value) for key, value in _set(asdict(request.params)).items()},
    }


def request_hash(request: ChatRequest) -> str:
    """Return the SHA-256 of the canonical form of `request`, in hexadecimal digits."""
    text = json.dumps(request_document(request), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_document(exchange: Exchange) -> dict[str, Any]:
    """The JSON object that records `exchange`."""
    return {
        "schema": SCHEMA,
        "hash": request_hash(exchange.request),
        "provider": exchange.provider,
        "stream": exchange.stream,
        "request": request_document(exchange.request),
        "events": [_event(timed) for timed in exchange.pieces],
        "outcome": exchange.outcome,
        "ended_ms": exchange.ended_ms,
        "reply": None if exchange.reply is None else _reply(exchange.reply),
        "error": None if exchange.trouble is None else _trouble(exchange.trouble),
        "delay_s": exchange.delay_s,
    }


def from_document(document: Mapping[str, Any]) -> Exchange:
    """Return the exchange of a `document`; keys that nobody knows are passed over.

    Raises:
        KeyError: a key is missing.
        TypeError: a value is of the wrong type.
        ValueError: a value is not allowed.
    """
    if document["outcome"] not in OUTCOMES:
        raise ValueError(document["outcome"])
    exchange = Exchange(
        provider=_text(document, "provider"),
        stream=bool(document["stream"]),
        request=_request_of(document["request"]),
        pieces=tuple(
            Timed(float(event["at_ms"]), _piece_of(event)) for event in document["events"]
        ),
        outcome=document["outcome"],
        ended_ms=float(document["ended_ms"]),
        reply=None if document["reply"] is None else _reply_of(document["reply"]),
        trouble=None if document["error"] is None else _trouble_of(document["error"]),
        delay_s=None if document["delay_s"] is None else float(document["delay_s"]),
    )
    ends = {"complete": exchange.reply, "failed": exchange.trouble, "cut": ()}
    if ends[exchange.outcome] is None:
        raise ValueError(exchange.outcome)
    return exchange


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, ())}


def _number(value: Any) -> Any:  # noqa: ANN401 - any value of a parameter
    """Return a whole number without its point: 0.0 asks for the same as 0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _event(timed: Timed) -> dict[str, Any]:
    name = _NAMES[type(timed.piece)]
    return {"at_ms": timed.at_ms, "event": name, **asdict(timed.piece)}


def _reply(reply: LLMReply) -> dict[str, Any]:
    """Return `reply` without what only the turn around it knows: the attempts before."""
    document = asdict(replace(reply, attempts=min(reply.attempts, 1)))
    del document["failures"]
    return document


def _trouble(trouble: RecordedError) -> dict[str, Any]:
    return {
        "code": trouble.code.name,
        "message": trouble.message,
        "hint": trouble.hint,
        "status": trouble.status,
        "transient": trouble.transient,
        "retry_after_s": trouble.retry_after_s,
        "partial": None if trouble.partial is None else _reply(trouble.partial),
    }


def _text(document: Mapping[str, Any], key: str) -> str:
    if not isinstance(document[key], str):
        raise TypeError(key)
    return str(document[key])


def _of(cls: type[_Data], document: Mapping[str, Any]) -> _Data:
    """Return the `cls` that `document` holds the fields of, lists as tuples."""
    values: dict[str, Any] = {
        field.name: _value(document[field.name]) for field in fields(cls) if field.name in document
    }
    return cls(**values)


def _value(value: Any) -> Any:  # noqa: ANN401 - what a file holds
    return tuple(value) if isinstance(value, list) else value


def _request_of(document: Mapping[str, Any]) -> ChatRequest:
    model = None if document["model"] is None else _text(document, "model")
    messages = tuple(_message_of(message) for message in document["messages"])
    return ChatRequest(messages, model, _of(Params, document["params"]))


def _message_of(document: Mapping[str, Any]) -> Message:
    return replace(
        _of(Message, document),
        content=_text(document, "content"),
        tool_calls=_calls_of(document.get("tool_calls", ())),
    )


def _calls_of(documents: Any) -> tuple[ToolCall, ...]:  # noqa: ANN401 - what a file holds
    return tuple(_of(ToolCall, document) for document in documents)


def _piece_of(event: Mapping[str, Any]) -> Piece:
    match event["event"]:
        case "start":
            return Started(_text(event, "provider"), _text(event, "model"))
        case "delta":
            return TextDelta(_text(event, "text"))
        case "reasoning":
            return ReasoningDelta(_text(event, "text"))
        case "tool_call":
            arguments = _text(event, "arguments")
            return ToolCallDelta(int(event["index"]), event["id"], event["name"], arguments)
        case unknown:
            raise ValueError(unknown)


def _reply_of(document: Mapping[str, Any]) -> LLMReply:
    return LLMReply(
        text=_text(document, "text"),
        provider=_text(document, "provider"),
        model=_text(document, "model"),
        usage=_of(Usage, document["usage"]),
        finish_reason=document["finish_reason"],
        complete=bool(document["complete"]),
        attempts=int(document["attempts"]),
        request_id=document["request_id"],
        reasoning=document["reasoning"],
        tool_calls=_calls_of(document["tool_calls"]),
    )


def _trouble_of(document: Mapping[str, Any]) -> RecordedError:
    partial = document["partial"]
    return RecordedError(
        code=ExitCode[document["code"]],
        message=_text(document, "message"),
        hint=document["hint"],
        status=document["status"],
        transient=bool(document["transient"]),
        retry_after_s=document["retry_after_s"],
        partial=None if partial is None else _reply_of(partial),
    )
