"""Reads LiteLLM's results, streamed or whole, trusting only the server's own data."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

from hello_llm.contract import (
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
from hello_llm.providers.http.answer import utf16_units
from hello_llm.providers.http.client.connection import Connection
from hello_llm.providers.http.errors.bad_answers import (
    check_ending,
    given_up,
    incomplete,
    not_a_reply,
    unmarked,
)
from hello_llm.providers.http.protocols.counts import count_of
from hello_llm.providers.http.protocols.endings import Ending, ending_of
from hello_llm.providers.http.response_tap import ResponseTap
from hello_llm.providers.http.route import Route
from hello_llm.providers.litellm.error_translation import known_models
from hello_llm.providers.litellm.pricing import Counted, Price, Prices
from hello_llm.text.surrogates import SurrogateJoiner

_FINISH_REASONS: dict[Ending, FinishReason] = {
    Ending.STOP: "stop",
    Ending.LENGTH: "length",
    Ending.TOOL_CALLS: "tool_calls",
    Ending.FILTERED: "content_filter",
    Ending.BROKEN: "stop",  # check_ending raises an error
}


def read_stream(
    prices: Prices,
    stream: Any,
    route: Route,
    connection: Connection,
    builder: ReplyBuilder,
) -> Iterator[StreamEvent]:
    """Yield the events of a streamed reply, ending with ``Finished``.

    Raises:
        BrokenReplyError: the stream ended before the server marked it as complete.
    """
    reader = _Reader()
    for chunk in _chunks(stream, connection):
        for event in reader.read(_delta(chunk)):
            builder.add(event)
            yield event
    for event in reader.close():
        builder.add(event)
        yield event
    # LiteLLM may invent the reason in the last chunk, but these attributes have the server's.
    # If an upgrade of LiteLLM drops one, this fails loudly.
    reason = stream.received_finish_reason or stream.intermittent_finish_reason
    if not (connection.tap.complete if connection.seen else reason):
        raise _incomplete(prices.litellm, route, connection, builder)
    spent = _server_usage(stream.chunks)
    yield Finished(_finished(prices, spent, reason, route, connection, builder, reader))


def _finished(
    prices: Prices,
    spent: object,
    reason: str | None,
    route: Route,
    connection: Connection,
    builder: ReplyBuilder,
    reader: "_Reader",
) -> LLMReply:
    """Return the complete reply after the final checks.

    Raises:
        BrokenReplyError: part of the reply was lost after it arrived.
    """
    tap = connection.tap
    usage = _usage(prices, route, spent, tap if connection.seen else None)
    finish_reason = _finish_reason(reason, connection)
    reply = builder.finished(
        finish_reason, usage, request_id=connection.request_id, streamed=connection.stream
    )
    reply = replace(reply, end_marked=not tap.waited_in_vain)
    check_ending(reply, route, tap.answer)
    if connection.seen and tap.answer.understood and tap.answer.text_units != reader.units:
        raise given_up(f"part of the reply from {route.place} could not be read", reply)
    return reply


def _incomplete(
    litellm: ModuleType, route: Route, connection: Connection, builder: ReplyBuilder
) -> HelloLLMError:
    problem = _ended(litellm, route, connection) if builder.empty else unmarked(route)
    problem.partial = builder.partial(request_id=connection.request_id)
    return problem


def _ended(litellm: ModuleType, route: Route, connection: Connection) -> HelloLLMError:
    """Explain a stream that ended normally before any of the reply arrived."""
    diagnostics = connection.diagnostics()
    if connection.tap.answer.alone or not connection.seen:
        return unmarked(route)
    return not_a_reply(route, diagnostics, known_models(litellm, route))


def read_whole(
    prices: Prices,
    response: Any,
    route: Route,
    connection: Connection,
    builder: ReplyBuilder,
) -> LLMReply:
    """Return the reply to a call that was not streamed.

    Args:
        prices: what is known of prices, and the loaded module.
        response: what ``litellm.completion`` returned.
        route: where the call went.
        connection: the connection, which saw the server's answer; LiteLLM invents a missing end.
        builder: collects the pieces.

    Raises:
        BrokenReplyError: the body is not a reply, or is not marked as complete.
    """
    choices, tap, reader = response.choices, connection.tap, _Reader()
    for event in (*reader.read(choices[0].message if choices else None), *reader.close()):
        builder.add(event)
    if not (tap.complete if connection.seen else choices):
        problem = incomplete(route)
        problem.partial = builder.partial(request_id=connection.request_id)
        raise problem
    spent = getattr(response, "usage", None)
    reason = choices[0].finish_reason if choices else None
    return _finished(prices, spent, reason, route, connection, builder, reader)


def _chunks(stream: Any, connection: Connection) -> Iterator[Any]:
    """Yield the chunks.

    Raises:
        UnreadableAnswerError: the answer is unreadable, even if LiteLLM swallowed the error.
        ErrorInAnswerError: the server sent an error, even if LiteLLM swallowed it.
    """
    yield from stream
    if connection.tap.problem is not None:
        raise connection.tap.problem


def _delta(chunk: Any) -> Any:
    # Not every server numbers its only choice.
    if chunk.choices and not chunk.choices[0].index:
        return chunk.choices[0].delta
    return None


class _Reader:
    """Reads deltas and whole messages, which have the same form in LiteLLM."""

    def __init__(self) -> None:
        """Start with no text."""
        self.units = 0
        """The length of the text so far, in UTF-16 code units."""
        self._joiner = SurrogateJoiner()

    def read(self, message: Any) -> Iterator[StreamEvent]:
        """Yield the events for `message`."""
        if message is None:
            return
        reasoning = getattr(message, "reasoning_content", None)
        if reasoning:
            yield ReasoningDelta(reasoning)
        if message.content:
            self.units += utf16_units(message.content)
            text = self._joiner.feed(message.content)
            yield from [TextDelta(text)] if text else ()
        for position, call in enumerate(message.tool_calls or ()):
            yield ToolCallDelta(
                getattr(call, "index", position),
                call.id,
                call.function.name,
                call.function.arguments or "",
            )

    def close(self) -> Iterator[StreamEvent]:
        """Yield the text that was held back."""
        rest = self._joiner.close()
        if rest:
            yield TextDelta(rest)


def _finish_reason(reason: str | None, connection: Connection) -> FinishReason:
    """Interpret the server's finish reason, or LiteLLM's if we did not see the answer."""
    ending = connection.tap.answer.ending if connection.seen else ending_of(reason or "")
    return _FINISH_REASONS[ending]


def _server_usage(chunks: list[Any]) -> Any:
    """Return the usage that the server sent; LiteLLM's recorded chunks contain no other."""
    reported = (getattr(chunk, "usage", None) for chunk in reversed(chunks))
    return next((usage for usage in reported if usage is not None), None)


def _usage(prices: Prices, route: Route, spent: Any, tap: ResponseTap | None) -> Usage:
    # LiteLLM fills in zeros for missing counts, and no prompt has 0 tokens.
    counts = (True, True) if tap is None or not tap.answer.understood else tap.answer.counts
    said = None if tap is None or tap.answer.cost is None else Price(tap.answer.cost, "server")
    if spent is None or not spent.total_tokens or not any(counts):
        price = said or prices.price(route, Counted(None, None, None), None)
        return _priced(Usage(), price)
    prompt, reply = counts
    counted = Counted(
        count_of(spent.prompt_tokens) or None if prompt else None,
        _detail(route, spent.prompt_tokens_details, "cached_tokens"),
        count_of(spent.completion_tokens) if reply else None,
    )
    usable = None if tap is not None and tap.answer.unpriced else spent
    usage = Usage(
        tokens_in=counted.tokens_in,
        tokens_out=counted.tokens_out,
        tokens_cached=counted.tokens_cached,
        tokens_reasoning=_detail(route, spent.completion_tokens_details, "reasoning_tokens"),
    )
    return _priced(usage, said or prices.price(route, counted, usable))


def _priced(usage: Usage, price: Price | None) -> Usage:
    if price is None:
        return usage
    return replace(usage, usd_micros=price.micros, usd_nanos=price.nanos, price_source=price.source)


def _detail(route: Route, details: object, name: str) -> int | None:
    count = count_of(getattr(details, name, None))
    # For Anthropic, LiteLLM fills in a zero for a missing count.
    return count or None if route.vendor == "anthropic" else count
