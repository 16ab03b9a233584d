"""Gemini's and Mistral's surfaces, and a vendor's own address with its own key."""

import json
from typing import Any

import httpx
import pytest
import respx

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ChatRequest,
    FilteredError,
    Usage,
    fold,
)
from hello_llm.engine import Turn
from hello_llm.providers.factory import get_provider
from tests.engine.fakes import candidate
from tests.providers.subjects import ask, outcome, said, timeless
from tests.servers import OpenAI, Script, ScriptedServer

GEMINI = "gemini/gemini-2.0-flash"
EVENTS = (("Content-Type", "text/event-stream"),)


def gemini(text, finish=None, usage=None):
    """One ``GenerateContentResponse``."""
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    body = {"candidates": [candidate], "modelVersion": "gemini-2.0-flash"}
    return body if usage is None else body | {"usageMetadata": usage}


COUNTS = {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}


def events(*bodies):
    """`bodies` as server-sent events."""
    return "".join(f"data: {json.dumps(body)}\r\n\r\n" for body in bodies).encode()


def gemini_at(script, *, stream):
    """A server that plays `script` where Gemini's clients ask."""
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return ScriptedServer(OpenAI(path=f"/models/gemini-2.0-flash:{method}"), script)


def provider_at(server, model, base):
    """The LiteLLM provider for `server`, with a key."""
    options: dict[str, Any] = {"api_key_env": "KEY", "environ": {"KEY": "k-1"}, "timeout": 10}
    return get_provider("litellm", model=model, api_base=base, **options)


@pytest.mark.parametrize("stream", [True, False])
def test_gemini_answers_in_its_own_protocol(stream):
    whole = json.dumps(gemini("Hello, world!", "STOP", COUNTS)).encode()
    pieces = events(gemini("Hello"), gemini(", world!", "STOP", COUNTS))
    script = Script(body=pieces, headers=EVENTS) if stream else Script(body=whole)
    with gemini_at(script, stream=stream) as server:
        reply = ask(provider_at(server, GEMINI, server.url), stream=stream)
        (request,) = server.requests
    assert (reply.text, reply.finish_reason, reply.model) == ("Hello, world!", "stop", GEMINI)
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (9, 4)
    assert request.json() == {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    assert request.headers["x-goog-api-key"] == "k-1"


@pytest.mark.parametrize("stream", [True, False])
def test_gemini_at_its_limit_says_length(stream):
    body = gemini("Hel", "MAX_TOKENS", COUNTS)
    script = Script(body=events(body), headers=EVENTS)
    script = script if stream else Script(body=json.dumps(body).encode())
    with gemini_at(script, stream=stream) as server:
        assert ask(provider_at(server, GEMINI, server.url), stream=stream).finish_reason == "length"


def test_a_gemini_stream_without_a_finish_reason_is_broken():
    script = Script(body=events(gemini("Hello"), gemini(", wor")), headers=EVENTS)
    with gemini_at(script, stream=True) as server:
        error = outcome(provider_at(server, GEMINI, server.url), stream=True)
    assert type(error) is BrokenReplyError
    assert error.partial is not None
    assert error.partial.text == "Hello, wor"


def test_geminis_refusal_is_a_filtered_reply():
    script = Script(body=events(gemini("I", "SAFETY", COUNTS)), headers=EVENTS)
    request = ChatRequest.from_prompt("hi", model=GEMINI)
    with gemini_at(script, stream=True) as server, pytest.raises(FilteredError):
        list(Turn([candidate(provider_at(server, GEMINI, server.url), request)], stream=True))


def test_a_key_that_gemini_refuses_as_a_bad_request_is_told_apart():
    body = [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]
    script = Script(status=400, body=json.dumps(body).encode())
    with gemini_at(script, stream=True) as server:
        error = outcome(provider_at(server, GEMINI, server.url), stream=True)
        assert said(error, server) == (
            "AuthError",
            'PLACE rejected the key in KEY (400): it says "API key not valid."',
            "export KEY=…   with a key that is valid for gemini/gemini-2.0-flash",
        )


def mistral(delta, finish=None, **more):
    """One chunk of Mistral's stream, which ends in finish reason and usage at once."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "m", "object": "chat.completion.chunk", "created": 1, "model": "mistral-small"}
    return chunk | {"choices": [choice]} | more


def test_mistral_counts_in_its_last_chunk():
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    chunks = (
        mistral({"role": "assistant", "content": ""}),
        mistral({"content": "Bonjour"}),
        mistral({"content": ""}, "stop", usage=usage),
    )
    body = events(*chunks) + b"data: [DONE]\n\n"
    with ScriptedServer(OpenAI(), Script(body=body, headers=EVENTS)) as server:
        provider = provider_at(server, "mistral/mistral-small-latest", f"{server.url}/v1")
        reply = fold(provider.stream_chat("hi"))
        (request,) = server.requests
    assert (reply.text, reply.finish_reason) == ("Bonjour", "stop")
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (5, 2)
    assert request.headers["authorization"] == "Bearer k-1"
    assert request.json() == {
        "model": "mistral-small-latest",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
    }


@respx.mock(assert_all_mocked=True)
def test_a_vendors_own_address_gets_its_own_key_and_nothing_else_is_asked(respx_mock):
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini"}
    body |= {"choices": [choice | {"finish_reason": "stop"}]}
    route = respx_mock.post("https://api.openai.com/v1/chat/completions")
    route.mock(return_value=httpx.Response(200, json=body, headers={"x-request-id": "req_1"}))
    keys = {"OPENAI_API_KEY": "sk-own", "ANTHROPIC_API_KEY": "sk-other"}
    reply = get_provider("litellm", model="openai/gpt-4o-mini", environ=keys).chat("hi")
    assert (timeless(reply).usage, reply.text, reply.request_id) == (Usage(), "Hello", "req_1")
    assert route.call_count == 1
    headers = route.calls.last.request.headers
    assert headers["authorization"] == "Bearer sk-own"
    assert not any("sk-other" in value for value in headers.values())


@respx.mock(assert_all_mocked=True)
def test_a_vendors_own_address_without_a_key_gets_no_stand_in_for_one(respx_mock):
    route = respx_mock.post("https://api.poe.com/v1/chat/completions")
    route.mock(return_value=httpx.Response(401, json={"error": {"message": "who are you"}}))
    provider = get_provider("litellm", model="poe/some-bot", environ={})
    with pytest.raises(AuthError, match="requires a key"):
        provider.chat("hi")
    assert "authorization" not in route.calls.last.request.headers
