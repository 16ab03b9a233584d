"""The mock gives the same bytes for the same request, by rules that its documentation states."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import (
    ChatRequest,
    Finished,
    LLMReply,
    Message,
    Params,
    Started,
    TextDelta,
    Usage,
    UsageError,
    fold,
)
from hello_llm.providers.mock.provider import MockProvider

FREE: dict[str, Any] = {"price_source": "local", "usd_nanos": 0}


def test_a_reply_is_the_same_to_the_last_field():
    assert MockProvider().chat("tell me more") == LLMReply(
        text="Hello! You said: tell me more",
        provider="mock",
        model="mock/echo",
        usage=Usage(tokens_in=3, tokens_out=6, latency_ms=0, usd_micros=0, **FREE),
        finish_reason="stop",
        model_served="echo",
    )


def test_a_stream_comes_word_by_word_with_the_white_space_before_each():
    events = list(MockProvider().stream_chat("two\n words "))
    assert events[:-1] == [
        Started("mock", "mock/echo"),
        TextDelta("Hello!"),
        TextDelta(" You"),
        TextDelta(" said:"),
        TextDelta(" two"),
        TextDelta("\n words"),
        TextDelta(" "),
    ]
    assert events[-1] == Finished(
        LLMReply(
            text="Hello! You said: two\n words ",
            provider="mock",
            model="mock/echo",
            usage=Usage(
                tokens_in=2, tokens_out=5, latency_ms=0, usd_micros=0, first_token_ms=0, **FREE
            ),
            finish_reason="stop",
            model_served="echo",
        )
    )


def test_the_last_user_turn_is_echoed_and_all_turns_are_counted():
    turns = (
        Message("system", "be very brief"),
        Message("user", "first"),
        Message("assistant", "an answer"),
        Message("user", "second one"),
        Message("assistant", "prefilled"),
    )
    reply = MockProvider().chat(ChatRequest(turns))
    assert reply.text == "Hello! You said: second one"
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (9, 5)


def test_without_a_user_turn_nothing_is_echoed():
    reply = MockProvider().chat(ChatRequest((Message("system", "hush"),)))
    assert reply.text == "Hello! You said: "


@pytest.mark.parametrize(
    ("params", "text", "finish_reason"),
    [
        (Params(max_tokens=2), "Hello! You", "length"),
        (Params(max_tokens=4), "Hello! You said: x", "stop"),
        (Params(stop=("said",)), "Hello! You ", "stop"),
        (Params(stop=("absent", "You", "Hello")), "", "stop"),
        (Params(stop=("",)), "Hello! You said: x", "stop"),
        (Params(stop=("said",), max_tokens=1), "Hello!", "length"),
        (Params(temperature=2.0, top_p=0.1, seed=7), "Hello! You said: x", "stop"),
    ],
)
def test_limits_cut_the_reply_as_a_server_would(params, text, finish_reason):
    reply = MockProvider().chat(ChatRequest.from_prompt("x", params=params))
    assert (reply.text, reply.finish_reason) == (text, finish_reason)


def test_a_model_without_a_vendor_is_refused_at_once():
    with pytest.raises(UsageError, match=r"^model 'echo' has no vendor prefix$"):
        MockProvider(model="echo")


@given(st.text())
def test_any_prompt_comes_back_exactly(prompt):
    reply = MockProvider().chat(prompt)
    assert reply.text == f"Hello! You said: {prompt}"
    streamed = fold(MockProvider().stream_chat(prompt))
    assert (streamed.text, streamed.finish_reason) == (reply.text, reply.finish_reason)
    assert (streamed.usage.tokens_in, streamed.usage.tokens_out) == (
        reply.usage.tokens_in,
        reply.usage.tokens_out,
    )


@given(st.text(), st.integers(min_value=0, max_value=8))
def test_a_limited_reply_is_a_beginning_of_the_whole(prompt, limit):
    request = ChatRequest.from_prompt(prompt, params=Params(max_tokens=limit))
    reply = MockProvider().chat(request)
    whole = MockProvider().chat(prompt).text
    assert whole.startswith(reply.text)
    assert (reply.text == whole) == (reply.finish_reason == "stop")
