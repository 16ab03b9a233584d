"""Reads what LiteLLM returns, chunk by chunk or whole, and believes only what the server said."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

from hello_llm.contract import (
    BrokenReplyError,
    Finished,
    FinishReason,
    LLMReply,
    ReasoningDelta,
    ReplyBuilder,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from hello_llm.providers.litellm.connection import Connection
from hello_llm.providers.litellm.end_mark import REASON_KEYS
from hello_llm.providers.litellm.pricing import usd_micros
from hello_llm.providers.litellm.route import Route
from hello_llm.providers.litellm.surrogates import SurrogateJoiner

_FINISH_REASONS: tuple[FinishReason, ...] = get_args(FinishReason)
_FAILURES = frozenset(
    {
        "abort",  # vLLM
        "error",  # OpenRouter
        "ERROR",  # Cohere
        "insufficient_system_resource",  # DeepSeek
        "network_error",  # Zhipu
    }
)
"""Reasons by which a server says that it broke the reply off; LiteLLM calls each a ``stop``."""


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
    for chunk in stream:
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
    if reason is None or not connection.marked:
        raise BrokenReplyError(
            f"{route.place} ended the reply without a mark that it is complete",
            "what arrived is kept; try again",
            partial=builder.partial(request_id=connection.request_id),
        )
    _check_failure([reason], route, connection, builder)
    usage = _usage(litellm, route, _server_usage(stream.chunks))
    finish_reason = _finish_reason(reason)
    yield Finished(builder.finished(finish_reason, usage, request_id=connection.request_id))


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
    choices = response.choices
    if choices:
        joiner = SurrogateJoiner()
        for event in _pieces(choices[0].message, joiner):
            builder.add(event)
        builder.add(TextDelta(joiner.close()))
    marks = _end_marks(connection.body)
    if not choices or not marks:
        raise BrokenReplyError(
            f"{route.place} answered, but not with a complete reply",
            "check --api-base: is that the address of a chat API?",
            partial=builder.partial(request_id=connection.request_id),
        )
    _check_failure(marks, route, connection, builder)
    usage = _usage(litellm, route, getattr(response, "usage", None))
    finish_reason = _finish_reason(choices[0].finish_reason)
    return builder.finished(finish_reason, usage, request_id=connection.request_id, streamed=False)


def _deltas(chunk: Any, joiner: SurrogateJoiner) -> Iterator[StreamEvent]:  # noqa: ANN401 - untyped substrate
    if chunk.choices and chunk.choices[0].index == 0 and chunk.choices[0].delta is not None:
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


def _check_failure(
    reasons: list[str], route: Route, connection: Connection, builder: ReplyBuilder
) -> None:
    for reason in _FAILURES.intersection(reasons):
        raise BrokenReplyError(
            f'{route.place} broke the reply off: it says "{reason}"',
            "what arrived is kept; try again",
            partial=builder.partial(request_id=connection.request_id),
        )


def _finish_reason(reason: str) -> FinishReason:
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
        tokens_in=spent.prompt_tokens or None,
        tokens_out=spent.completion_tokens,
        usd_micros=_price(litellm, route, spent),
        tokens_cached=_detail(route, spent.prompt_tokens_details, "cached_tokens"),
        tokens_reasoning=_detail(route, spent.completion_tokens_details, "reasoning_tokens"),
    )


def _price(litellm: ModuleType, route: Route, spent: Any) -> int | None:  # noqa: ANN401 - untyped substrate
    if route.self_hosted:
        return 0
    if not spent.prompt_tokens:
        return None
    return usd_micros(litellm, route.vendor, route.name, spent)


def _detail(route: Route, details: Any, name: str) -> int | None:  # noqa: ANN401 - untyped substrate
    count: int | None = getattr(details, name, None)
    # For Anthropic LiteLLM fills in a zero where the server said nothing.
    return count or None if route.vendor == "anthropic" else count


def _end_marks(body: bytes | None) -> list[str]:
    """Return what `body` gives as reasons for its end; ``None`` was out of our sight."""
    if body is None:
        return ["unseen"]
    try:
        return list(_marks(json.loads(body)))
    except ValueError:
        return []


def _marks(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON the server sent
    if isinstance(value, dict):
        if value.get("done") is True:
            yield "done"
        yield from (str(value[key]) for key in REASON_KEYS if value.get(key))
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _marks(item)
