"""Removes secrets from an exchange, even if they are split across pieces."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise, takewhile

from hello_llm.contract import (
    ChatRequest,
    LLMReply,
    Message,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCall,
    ToolCallDelta,
)
from hello_llm.recording.exchange import Exchange, Piece, RecordedError, Timed, text_of

Redact = Callable[[str], str]
"""Returns a text without its secrets."""


def redacted_request(request: ChatRequest, redact: Redact) -> ChatRequest:
    """Return `request` without secrets."""
    params = replace(request.params, stop=tuple(map(redact, request.params.stop)))
    messages = tuple(_message(message, redact) for message in request.messages)
    return ChatRequest(messages, _maybe(request.model, redact), params)


def redacted(exchange: Exchange, redact: Redact) -> Exchange:
    """Return `exchange` without secrets."""
    return replace(
        exchange,
        request=redacted_request(exchange.request, redact),
        pieces=_pieces(exchange.pieces, redact),
        reply=None if exchange.reply is None else _reply(exchange.reply, redact),
        trouble=None if exchange.trouble is None else _trouble(exchange.trouble, redact),
    )


def _maybe(text: str | None, redact: Redact) -> str | None:
    return None if text is None else redact(text)


def _message(message: Message, redact: Redact) -> Message:
    return replace(
        message,
        content=redact(message.content),
        tool_calls=_calls(message.tool_calls, redact),
        tool_call_id=_maybe(message.tool_call_id, redact),
    )


def _calls(calls: Sequence[ToolCall], redact: Redact) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(redact(call.id), redact(call.name), redact(call.arguments)) for call in calls
    )


def _reply(reply: LLMReply, redact: Redact) -> LLMReply:
    return replace(
        reply,
        text=redact(reply.text),
        model=redact(reply.model),
        request_id=_maybe(reply.request_id, redact),
        reasoning=_maybe(reply.reasoning, redact),
        tool_calls=_calls(reply.tool_calls, redact),
        model_served=_maybe(reply.model_served, redact),
        also_served=tuple(map(redact, reply.also_served)),
    )


def _trouble(trouble: RecordedError, redact: Redact) -> RecordedError:
    return replace(
        trouble,
        message=redact(trouble.message),
        hint=_maybe(trouble.hint, redact),
        partial=None if trouble.partial is None else _reply(trouble.partial, redact),
    )


def _pieces(pieces: Sequence[Timed], redact: Redact) -> tuple[Timed, ...]:
    """Return `pieces` without secrets, including secrets that span several pieces."""
    changed = list(pieces)
    for run in _runs(pieces).values():
        texts = _spread([text_of(pieces[at].piece) for at in run], redact)
        for at, text in zip(run, texts, strict=True):
            changed[at] = replace(pieces[at], piece=_with(pieces[at].piece, text, redact))
    return tuple(changed)


def _runs(pieces: Sequence[Timed]) -> dict[tuple[type, int], list[int]]:
    """Return the indexes of the pieces of each text: the answer, the reasoning, a tool call."""
    runs: dict[tuple[type, int], list[int]] = {}
    for at, timed in enumerate(pieces):
        index = timed.piece.index if isinstance(timed.piece, ToolCallDelta) else 0
        runs.setdefault((type(timed.piece), index), []).append(at)
    return runs


def _with(piece: Piece, text: str, redact: Redact) -> Piece:
    match piece:
        case TextDelta():
            return TextDelta(text)
        case ReasoningDelta():
            return ReasoningDelta(text)
        case ToolCallDelta(index, call_id, name):
            return ToolCallDelta(index, _maybe(call_id, redact), _maybe(name, redact), text)
        case Started(provider, model):
            return Started(provider, redact(model))


def _spread(texts: Sequence[str], redact: Redact) -> list[str]:
    """Return `texts` without the secrets in their concatenation.

    Text before the first secret and after the last stays in its piece; everything in between moves
    to the piece in which the first secret begins.
    """
    whole = "".join(texts)
    clean = redact(whole)
    if clean == whole:
        return list(texts)
    before = _alike(whole, clean)
    after = _alike(reversed(whole[before:]), reversed(clean[before:]))
    grown, last = len(clean) - len(whole), len(whole) - after
    ends = [end if end <= before else max(end, last) + grown for end in accumulate(map(len, texts))]
    return [clean[start:end] for start, end in pairwise([0, *ends])]


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """Return the length of the common prefix."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
