"""LiteLLM or its HTTP replaced: answers and errors that no server can be made to give."""

import json
import warnings

import httpx
import openai
import pytest
import respx

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    DeadlineError,
    HelloLLMError,
    RateLimitedError,
    RequestError,
    TextDelta,
    fold,
)
from hello_llm.providers.factory import get_provider
from hello_llm.providers.litellm import loader

BASE = "http://127.0.0.1:1/v1"


def provider():
    """The LiteLLM provider for an address that nobody answers."""
    return get_provider("litellm", model="openai/gpt-4o-mini", api_base=BASE)


def raising(error):
    """A stand-in for ``litellm.completion`` that raises `error`."""

    def completion(**_arguments):
        raise error

    return completion


def test_an_error_of_ours_from_an_unknown_class_stays_a_bug(litellm, monkeypatch):
    monkeypatch.setattr(litellm, "completion", raising(ZeroDivisionError("of ours")))
    with pytest.raises(ZeroDivisionError, match="of ours"):
        provider().chat("hi")


def test_a_parameter_that_litellm_refuses_is_a_request_error(litellm, monkeypatch):
    refusal = litellm.UnsupportedParamsError("openai does not support parameters: ['seed']")
    monkeypatch.setattr(litellm, "completion", raising(refusal))
    with pytest.raises(RequestError, match=r"^openai/gpt-4o-mini does not accept seed as given: "):
        provider().chat("hi")


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("Timeout", DeadlineError, "gave up waiting to hear from 127.0.0.1:1"),
        ("RateLimitError", RateLimitedError, "127.0.0.1:1 is rate-limiting requests"),
        (
            "AuthenticationError",
            AuthError,
            "LiteLLM cannot call openai/gpt-4o-mini: in its words",
        ),
        (
            "APIConnectionError",
            RequestError,
            "LiteLLM cannot call openai/gpt-4o-mini: in its words",
        ),
    ],
)
def test_an_exception_without_an_answer_is_told_by_its_kind(
    litellm, monkeypatch, name, kind, message
):
    error = getattr(litellm, name)("in its words", model="gpt-4o-mini", llm_provider="openai")
    monkeypatch.setattr(litellm, "completion", raising(error))
    with pytest.raises(HelloLLMError) as caught:
        provider().chat("hi")
    assert (type(caught.value), caught.value.message) == (kind, message)
    assert caught.value.__cause__ is error


def test_an_answer_to_a_client_that_is_not_ours_says_how_long_to_wait(litellm, monkeypatch):
    request = httpx.Request("POST", BASE)
    answer = httpx.Response(429, headers={"retry-after": "7"}, request=request)
    monkeypatch.setattr(
        litellm, "completion", raising(openai.RateLimitError("x", response=answer, body=None))
    )
    with pytest.raises(RateLimitedError) as caught:
        provider().chat("hi")
    assert (caught.value.status, caught.value.retry_after_s) == (429, 7.0)


def test_a_budget_of_litellms_own_is_no_bug_of_ours(litellm, monkeypatch):
    monkeypatch.setattr(litellm, "completion", raising(litellm.BudgetExceededError(1.0, 0.5)))
    with pytest.raises(RequestError, match=r"^LiteLLM cannot call openai/gpt-4o-mini: "):
        provider().chat("hi")


def test_a_stream_that_hides_how_it_ended_is_a_bug_and_no_success(litellm, monkeypatch):
    monkeypatch.setattr(litellm, "completion", lambda **_arguments: iter(()))
    with pytest.raises(AttributeError, match="received_finish_reason"):
        list(provider().stream_chat("hi"))


def test_each_argument_is_given_explicitly(litellm, monkeypatch):
    seen = {}

    def completion(**arguments):
        seen.update(arguments)
        raise litellm.UnsupportedParamsError("enough")

    monkeypatch.setattr(litellm, "completion", completion)
    with pytest.raises(RequestError):
        list(provider().stream_chat("hi"))
    assert seen.pop("client").max_retries == 0
    assert seen == {
        "model": "custom_openai/gpt-4o-mini",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "api_base": BASE,
        "api_key": "no-key",
        "timeout": 600.0,
        "max_retries": 0,
        "drop_params": False,
        "_skip_responses_api_bridge": True,
    }


def frame(content=None, finish=None):
    """One server-sent event of OpenAI's stream."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps(body | {'choices': [choice]})}\n\n"


@respx.mock(assert_all_mocked=True)
def test_half_a_character_in_each_of_two_chunks_is_one_character(respx_mock):
    frames = (frame("a\ud83d"), frame("\ude00b"), frame(finish="stop"), "data: [DONE]\n\n")
    body = map(str.encode, frames)  # which arrive one by one
    headers = {"content-type": "text/event-stream"}
    route = respx_mock.post(f"{BASE}/chat/completions")
    route.mock(return_value=httpx.Response(200, content=body, headers=headers))
    events = list(provider().stream_chat("hi"))
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a", "😀b"]
    assert fold(events).text == "a😀b"
    assert route.call_count == 1


@respx.mock(assert_all_mocked=True)
def test_a_line_that_is_no_json_breaks_the_reply(respx_mock):
    text = frame("Hello") + "data: {oops\n\n" + frame(finish="stop") + "data: [DONE]\n\n"
    headers = {"content-type": "text/event-stream"}
    respx_mock.post(f"{BASE}/chat/completions").mock(
        return_value=httpx.Response(200, text=text, headers=headers)
    )
    with pytest.raises(BrokenReplyError) as caught:
        list(provider().stream_chat("hi"))
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hello"


def test_nothing_is_said_of_answers_that_pydantic_finds_odd(litellm):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loader._silence(litellm)
        warnings.warn("Pydantic serializer warnings:\n  Expected `int`", UserWarning, stacklevel=1)
