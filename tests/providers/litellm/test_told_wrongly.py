"""Errors that come where a reply is due, and replies that LiteLLM stumbles over."""

import json

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    ChatRequest,
    HelloLLMError,
    LLMReply,
    Params,
    RequestError,
    UnreachableError,
    fold,
)
from hello_llm.providers.factory import get_provider
from tests.providers.subjects import PROTOCOLS, answering, at, litellm_at, outcome, said, serving
from tests.servers import Script

SSE = (("Content-Type", "text/event-stream"),)
COHERE = (
    {"type": "message-start", "id": "1", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Four."}}}},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_vendors_error_in_a_reply_is_quoted_with_its_code(protocol, stream):
    body = json.dumps({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}).encode()
    with serving(protocol, Script(body=body)) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert said(error, server) == (
            "RateLimitedError",
            'PLACE is rate-limiting requests (1002): it says "rate limit"',
            "wait, then try again",
        )
    assert isinstance(error, HelloLLMError)
    assert error.transient


@pytest.mark.parametrize("stream", [True, False])
def test_words_that_say_nothing_known_are_quoted_with_the_address(stream):
    hint = "check --api-base: is that the address of a chat API?"
    with serving("openai", Script(body=b"It works!")) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert said(error, server) == (
            "BrokenReplyError",
            'PLACE answered, but not with a reply: it says "It works!"',
            f"{hint}; the request was POST http://PLACE/v1/chat/completions",
        )


@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_that_failed_keeps_the_text_beside_its_error(stream):
    place = "delta" if stream else "message"
    choice = {"index": 0, place: {"content": "Half"}, "error": {"message": "it broke"}}
    body = json.dumps({"choices": [choice]}).encode()
    script = Script(body=b"data: " + body + b"\n\n", headers=SSE) if stream else Script(body=body)
    with serving("openai", script) as server:
        error = outcome(litellm_at(server), stream=stream)
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    assert (error.partial.text, error.partial.complete) == ("Half", False)
    assert error.message.endswith('failed in the middle of a reply: it says "it broke"')


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_without_a_length_that_ends_before_anything_may_be_asked_for_again(stream):
    script = Script(body=b": still here\n\n", headers=SSE)
    with serving("openai", script) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert said(error, server)[:2] == (
            "UnreachableError",
            "PLACE ended its answer before any reply",
        )
    assert isinstance(error, UnreachableError)
    assert error.transient


def test_translate_crash_is_a_broken_reply_and_no_wrong_request():
    events = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in COHERE)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    with answering(head + events) as port:
        base = f"http://127.0.0.1:{port}"
        came = outcome(get_provider("litellm", model="cohere/m", api_base=base), stream=True)
    if isinstance(came, LLMReply):
        assert came.text == "Four."
    else:
        assert isinstance(came, BrokenReplyError)
        assert "sent a reply that LiteLLM cannot read" in came.message


def test_what_litellm_raises_after_an_answer_is_a_broken_reply(litellm, monkeypatch):
    def completion(**arguments):
        arguments["client"].chat.completions.with_raw_response.create(model="m", messages=[])
        json.loads("}")

    with serving("openai") as server:
        monkeypatch.setattr(litellm, "completion", completion)
        error = outcome(litellm_at(server), stream=False)
        assert said(error, server)[:2] == (
            "BrokenReplyError",
            "PLACE sent a reply that LiteLLM cannot read",
        )


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", ["gpt-5-mini", "o3-mini", "gpt-5.1", "o1"])
def test_own_server_names_are_sent_what_was_typed(name, stream):
    typed = Params(temperature=0.5, max_tokens=7, top_p=0.3, stop=("x",), seed=1)
    request = ChatRequest.from_prompt("hi", params=typed)
    with serving("openai") as server:
        provider = litellm_at(server, model=f"openai/{name}")
        reply = fold(provider.stream_chat(request)) if stream else provider.chat(request)
        sent = server.requests[0].json()
    assert reply.text == "Hello, world!"
    assert (sent["model"], sent["temperature"], sent["max_tokens"]) == (name, 0.5, 7)
    assert (sent["top_p"], sent["stop"], sent["seed"]) == (0.3, ["x"], 1)


@pytest.mark.parametrize(
    ("name", "params", "message", "hint"),
    [
        (
            "gpt-5-mini",
            Params(temperature=0.5),
            "openai/gpt-5-mini does not accept temperature as given: ",
            "leave out --temperature",
        ),
        (
            "gpt-5-mini",
            Params(top_p=0.5),
            "openai/gpt-5-mini does not accept top_p",
            "leave out --top-p",
        ),
    ],
)
def test_at_openai_its_own_names_are_refused_with_the_flag_to_leave_out(
    name, params, message, hint
):
    provider = get_provider("litellm", model=f"openai/{name}", environ={"OPENAI_API_KEY": "k"})
    with pytest.raises(RequestError) as caught:
        provider.chat(ChatRequest.from_prompt("hi", params=params))
    assert caught.value.message.startswith(message)
    assert "drop" not in caught.value.message
    assert caught.value.hint == hint


def test_a_query_with_a_key_in_it_is_not_told():
    with answering(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n") as port:
        error = outcome(at("openai", f"http://127.0.0.1:{port}/v1?key=hidden"), stream=False)
    assert isinstance(error, RequestError)
    assert "hidden" not in f"{error.message} {error.hint}"
    assert f"POST http://127.0.0.1:{port}/v1/chat/completions" in error.message
