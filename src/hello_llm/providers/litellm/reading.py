"""Reads what LiteLLM returns, chunk by chunk or whole, and believes only what the server said."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, NoReturn, get_args

from hello_llm.contract import (
    BrokenReplyError,
    FilteredError,
    Finished,
    FinishReason,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    ReplyBuilder,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from hello_llm.contract.exact_text import SurrogateJoiner
from hello_llm.providers.litellm.connection import Connection
from hello_llm.providers.litellm.errors import not_a_reply
from hello_llm.providers.litellm.pricing import usd_micros
from hello_llm.providers.litellm.route import Route
from hello_llm.providers.litellm.wire_tap import WireTap

_FINISH_REASONS: tuple[FinishReason, ...] = get_args(FinishReason)
_FAILURES = frozenset(
    {
        "abort",  # vLLM
        "error",  # OpenRouter
        "ERROR",  # Cohere
        "insufficient_system_resource",  # DeepSeek
        "MALFORMED_FUNCTION_CALL",  # Gemini
        "network_error",  # Zhipu
        "UNEXPECTED_TOOL_CALL",  # Gemini
    }
)
"""Reasons by which a server says that it broke the reply off; LiteLLM calls each a ``stop``."""

_LENGTHS = frozenset(
    {
        "model_context_window_exceeded",  # Anthropic
        "model_length",  # Mistral
    }
)
"""Reasons by which a server says that the context was full; LiteLLM calls these a ``stop`` too."""

_MOST_TOKENS = 2**53
"""From here on JSON numbers are no longer exact everywhere."""


def read_stream(
    litellm: ModuleType,
    stream: Any,  # noqa: ANN401 - LiteLLM's CustomStreamWrapper
    route: Route,
    connection: Connection,
    builder: ReplyBuilder,
) -> Iterator[StreamEvent]:
    """Yield the events of a streamed reply, ``Finished`` last.

    Raises:
        BrokenReplyError: the stream ended without the server's mark that it is complete.
    """
    joiner = SurrogateJoiner()
    for chunk in _chunks(stream, connection):
        for event in _deltas(chunk, joiner):
            builder.add(event)
            yield event
    rest = joiner.close()
    if rest:
        builder.add(TextDelta(rest))
        yield TextDelta(rest)
    # LiteLLM's own attributes: the reason in the last chunk may be invented, these are the
    # server's. Should an upgrade drop one, this fails loudly.
    reason = stream.received_finish_reason or stream.intermittent_finish_reason
    if not (connection.tap.complete if connection.seen else reason):
        raise _incomplete(litellm, route, connection, builder)
    usage = _usage(litellm, route, _server_usage(stream.chunks))
    finish_reason = _finish_reason(reason, connection.tap)
    reply = builder.finished(finish_reason, usage, request_id=connection.request_id)
    check_ending(reply, route, connection.tap)
    yield Finished(reply)


def _incomplete(
    litellm: ModuleType, route: Route, connection: Connection, builder: ReplyBuilder
) -> HelloLLMError:
    problem = _ended(litellm, route, connection) if builder.empty else unmarked(route)
    problem.partial = builder.partial(request_id=connection.request_id)
    return problem


def _ended(litellm: ModuleType, route: Route, connection: Connection) -> HelloLLMError:
    """Explain a stream that ended in order before anything of a reply had come."""
    evidence = connection.evidence()
    if connection.tap.document or not connection.seen:
        return unmarked(route)
    return not_a_reply(litellm, route, evidence)


def unmarked(route: Route) -> BrokenReplyError:
    """Return the error of a stream that ended without the server's mark that it is complete."""
    return BrokenReplyError(
        f"{route.place} ended the reply without a mark that it is complete",
        "what arrived is kept; try again",
    )


def read_whole(
    litellm: ModuleType,
    response: Any,  # noqa: ANN401 - LiteLLM's ModelResponse
    route: Route,
    connection: Connection,
    builder: ReplyBuilder,
) -> LLMReply:
    """Return the reply of a call that was not streamed.

    Args:
        litellm: the loaded module.
        response: what ``litellm.completion`` returned.
        route: where the call went.
        connection: holds the server's own words: LiteLLM invents a missing end.
        builder: takes in the pieces.

    Raises:
        BrokenReplyError: the body is no reply, or has no mark that it is complete.
    """
    choices, tap = response.choices, connection.tap
    if choices:
        joiner = SurrogateJoiner()
        for event in _pieces(choices[0].message, joiner):
            builder.add(event)
        builder.add(TextDelta(joiner.close()))
    if tap.filtered and not builder.partial().text:
        builder.add(TextDelta("".join(_filtered_text(tap.document))))
    if not (tap.complete if connection.seen else choices):
        raise BrokenReplyError(
            f"{route.place} answered, but not with a complete reply",
            "check --api-base: is that the address of a chat API?",
            partial=builder.partial(request_id=connection.request_id),
        )
    usage = _usage(litellm, route, getattr(response, "usage", None))
    reason = _finish_reason(choices[0].finish_reason if choices else None, tap)
    reply = builder.finished(reason, usage, request_id=connection.request_id, streamed=False)
    check_ending(reply, route, tap)
    return reply


def _filtered_text(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of Gemini's first candidate: LiteLLM drops it where a filter stopped it."""
    match document:
        case {"candidates": [{"content": {"parts": [*parts]}}, *_]}:
            yield from (part["text"] for part in parts if isinstance(part.get("text"), str))


def _chunks(stream: Any, connection: Connection) -> Iterator[Any]:  # noqa: ANN401 - untyped substrate
    """Yield the chunks.

    Raises:
        UnreadableAnswerError: also where LiteLLM swallowed it.
        ErrorInAnswerError: likewise.
    """
    yield from stream
    if connection.tap.problem is not None:
        raise connection.tap.problem


def _deltas(chunk: Any, joiner: SurrogateJoiner) -> Iterator[StreamEvent]:  # noqa: ANN401 - untyped substrate
    # Not every server numbers its only choice.
    if chunk.choices and not chunk.choices[0].index and chunk.choices[0].delta is not None:
        yield from _pieces(chunk.choices[0].delta, joiner)


def _pieces(message: Any, joiner: SurrogateJoiner) -> Iterator[StreamEvent]:  # noqa: ANN401 - untyped substrate
    """Yield what a delta or a whole message holds; LiteLLM shapes both alike."""
    reasoning = getattr(message, "reasoning_content", None)
    if reasoning:
        yield ReasoningDelta(reasoning)
    text = joiner.feed(message.content) if message.content else ""
    if text:
        yield TextDelta(text)
    for position, call in enumerate(message.tool_calls or ()):
        yield ToolCallDelta(
            getattr(call, "index", position),
            call.id,
            call.function.name,
            call.function.arguments or "",
        )


def check_ending(reply: LLMReply, route: Route, tap: WireTap) -> None:
    """Look for what the server said of a reply that it ended.

    Raises:
        FilteredError: the model declined to answer.
        BrokenReplyError: the server gave up, or left a tool call unfinished.
    """
    for reason in _FAILURES.intersection(tap.reasons):
        _raise_broken(f'{route.place} broke the reply off: it says "{reason}"', reply)
    if tap.refusal:
        raise FilteredError(
            f'{route.typed} declined to answer: it says "{tap.refusal}"',
            "change the prompt, or ask another model",
            partial=reply,
        )
    for call in reply.tool_calls:
        if not _is_json(call.arguments or "{}"):
            _raise_broken(f"{route.place} left the call of {call.name} unfinished", reply)


def _raise_broken(message: str, reply: LLMReply) -> NoReturn:
    partial = replace(reply, complete=False, finish_reason=None)
    raise BrokenReplyError(message, "what arrived is kept; try again", partial=partial)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:  # nested deeper than Python reads; nothing says that it was cut
        return True
    return True


def _finish_reason(reason: str | None, tap: WireTap) -> FinishReason:
    """Return the reason that LiteLLM understood, or the server's own that it did not."""
    if tap.filtered:
        return "content_filter"
    if not _LENGTHS.isdisjoint(tap.reasons):
        return "length"
    if reason == "function_call":
        return "tool_calls"
    return next((known for known in _FINISH_REASONS if known == reason), "stop")


def _server_usage(chunks: list[Any]) -> Any:  # noqa: ANN401 - LiteLLM's Usage or None
    """Return the usage that came over the wire: only such a one is in the recorded chunks."""
    reported = (getattr(chunk, "usage", None) for chunk in reversed(chunks))
    return next((usage for usage in reported if usage is not None), None)


def _usage(litellm: ModuleType, route: Route, spent: Any) -> Usage:  # noqa: ANN401 - untyped substrate
    # LiteLLM fills in zeros where the server said nothing, and no prompt has 0 tokens.
    if spent is None or not spent.total_tokens:
        return Usage(usd_micros=0 if route.self_hosted else None)
    return Usage(
        tokens_in=_count(spent.prompt_tokens) or None,
        tokens_out=_count(spent.completion_tokens),
        usd_micros=_price(litellm, route, spent),
        tokens_cached=_detail(route, spent.prompt_tokens_details, "cached_tokens"),
        tokens_reasoning=_detail(route, spent.completion_tokens_details, "reasoning_tokens"),
    )


def _price(litellm: ModuleType, route: Route, spent: Any) -> int | None:  # noqa: ANN401 - untyped substrate
    if route.self_hosted:
        return 0
    if not _count(spent.prompt_tokens) or _count(spent.completion_tokens) is None:
        return None
    return usd_micros(litellm, route.vendor, route.name, spent)


def _detail(route: Route, details: Any, name: str) -> int | None:  # noqa: ANN401 - untyped substrate
    count = _count(getattr(details, name, None))
    # For Anthropic LiteLLM fills in a zero where the server said nothing.
    return count or None if route.vendor == "anthropic" else count


def _count(tokens: Any) -> int | None:  # noqa: ANN401 - whatever JSON the server sent
    """Return `tokens` if a server can have counted as many."""
    return tokens if isinstance(tokens, int) and 0 <= tokens < _MOST_TOKENS else None
