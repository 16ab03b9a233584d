"""What reaches each vendor's server: one request, in its own protocol, without surprises."""

from dataclasses import replace

import pytest

from hello_llm.contract import AuthError, ChatRequest, Message, Params, RequestError, ToolCall
from hello_llm.providers.http.client.connection import NO_KEY
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from tests.providers.subjects import ask, litellm_at, outcome, serving

CONVERSATION = ChatRequest(
    (
        Message("system", "Be brief."),
        Message("user", "hi"),
        Message("assistant", "hello"),
        Message("user", "again"),
    ),
    params=Params(temperature=0.5, max_tokens=7),
)
TURNS = [
    {"role": "user", "content": "hi"},
    {"role": "assistant", "content": "hello"},
    {"role": "user", "content": "again"},
]


def plain(messages):
    """The role and the text of each message, whatever else the protocol adds."""
    return [{"role": m["role"], "content": _text(m["content"])} for m in messages]


def _text(content):
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def test_openai_gets_the_conversation_as_it_is():
    with serving("openai") as server:
        list(litellm_at(server).stream_chat(CONVERSATION))
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.json() == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "system", "content": "Be brief."}, *TURNS],
        "temperature": 0.5,
        "max_tokens": 7,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_ollama_gets_the_conversation_through_its_chat_endpoint():
    with serving("ollama") as server:
        list(litellm_at(server).stream_chat(CONVERSATION))
        (request,) = server.requests
    body = request.json()
    assert (request.method, request.path) == ("POST", "/api/chat")
    assert plain(body["messages"]) == [{"role": "system", "content": "Be brief."}, *TURNS]
    assert body["options"] == {"temperature": 0.5, "num_predict": 7}
    assert (body["model"], body["stream"]) == ("qwen2.5:0.5b", True)


def test_anthropic_gets_the_conversation_in_its_own_protocol():
    with serving("anthropic") as server:
        list(litellm_at(server).stream_chat(CONVERSATION))
        (request,) = server.requests
    body = request.json()
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert plain(body["messages"]) == TURNS
    assert _text(body["system"]) == "Be brief."
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (7, 0.5, True)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", ["openai", "ollama", "anthropic"])
def test_a_call_is_one_request(protocol, stream):
    with serving(protocol) as server:
        ask(litellm_at(server), stream=stream)
        assert [request.path for request in server.requests] == [server.dialect.path]


@pytest.mark.parametrize("protocol", ["openai", "ollama", "anthropic"])
def test_another_address_gets_no_key_unless_its_variable_is_named(protocol):
    keys = {"OPENAI_API_KEY": "sk-vendors-own", "ANTHROPIC_API_KEY": "sk-vendors-own"}
    with serving(protocol) as server:
        ask(litellm_at(server, environ=keys), stream=True)
        (request,) = server.requests
    assert b"sk-vendors-own" not in request.raw
    assert not {"authorization", "x-api-key"} & set(request.headers)


@pytest.mark.parametrize(
    ("protocol", "header", "value"),
    [
        ("openai", "authorization", "Bearer my-key"),
        ("anthropic", "x-api-key", "my-key"),
        ("ollama", "authorization", "Bearer my-key"),
    ],
)
def test_a_named_variable_gives_the_key(protocol, header, value):
    with serving(protocol) as server:
        options = {"api_key_env": "MY_KEY", "environ": {"MY_KEY": "my-key"}}
        ask(litellm_at(server, **options), stream=True)
        (request,) = server.requests
    assert request.headers[header] == value


def test_a_description_is_the_request_and_sends_nothing():
    with serving("openai") as server:
        provider = litellm_at(server)
        assert isinstance(provider, LiteLLMProvider)
        described = provider.describe("hi", stream=True)
        assert server.requests == []
        list(provider.stream_chat("hi"))
        (request,) = server.requests
    assert (described.method, described.url) == ("POST", f"{server.url}/v1/chat/completions")
    assert described.body == request.body
    assert described.headers == request.headers


def test_a_tool_conversation_reaches_openai_as_it_is():
    call = ToolCall("call_1", "add", '{"a": 2, "b": 2}')
    turns = (
        Message("user", "2+2?"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "4", tool_call_id="call_1"),
    )
    with serving("openai") as server:
        litellm_at(server).chat(ChatRequest(turns))
        (request,) = server.requests
    function = {"name": "add", "arguments": '{"a": 2, "b": 2}'}
    assert request.json()["messages"] == [
        {"role": "user", "content": "2+2?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "4", "tool_call_id": "call_1"},
    ]


EVERY_PARAMETER = Params(temperature=0.0, top_p=0.9, max_tokens=7, seed=3, stop=("END", "STOP"))


def test_every_parameter_reaches_openai():
    with serving("openai") as server:
        litellm_at(server).chat(ChatRequest.from_prompt("hi", params=EVERY_PARAMETER))
        (request,) = server.requests
    assert request.json() == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.0,
        "top_p": 0.9,
        "max_tokens": 7,
        "seed": 3,
        "stop": ["END", "STOP"],
    }


def test_every_parameter_reaches_ollama():
    with serving("ollama") as server:
        litellm_at(server).chat(ChatRequest.from_prompt("hi", params=EVERY_PARAMETER))
        (request,) = server.requests
    assert request.json()["options"] == {
        "temperature": 0.0,
        "top_p": 0.9,
        "num_predict": 7,
        "seed": 3,
        "stop": ["END", "STOP"],
    }


def test_every_parameter_but_the_seed_reaches_anthropic():
    params = replace(EVERY_PARAMETER, seed=None)
    with serving("anthropic") as server:
        litellm_at(server).chat(ChatRequest.from_prompt("hi", params=params))
        (request,) = server.requests
    body = request.json()
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.0, 0.9, 7)
    assert body["stop_sequences"] == ["END", "STOP"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_key_of_the_environment_goes_to_no_foreign_azure_either(monkeypatch, stream):
    monkeypatch.setenv("AZURE_API_KEY", "sk-azures-own")
    with serving("openai") as server:
        azure = litellm_at(server, model="azure/deployment", api_base=server.url)
        assert isinstance(outcome(azure, stream=stream), RequestError)
        (request,) = server.requests
    assert b"sk-azures-own" not in request.raw
    assert not {"api-key", "authorization"} & set(request.headers)


@pytest.mark.parametrize("model", ["openai/m", "anthropic/m", "mistral/m", "gemini/m", "groq/m"])
def test_no_header_stands_for_a_key_that_was_not_given(model):
    with serving("openai") as server:
        outcome(litellm_at(server, model=model), stream=True)
        (request,) = server.requests
    assert NO_KEY.encode() not in request.raw
    assert not {"authorization", "x-api-key", "x-goog-api-key", "api-key"} & set(request.headers)


def test_a_description_says_why_a_call_would_fail():
    provider = LiteLLMProvider(model="openai/m", environ={})
    with pytest.raises(AuthError, match=r"^OPENAI_API_KEY is not set, and openai/m needs it$"):
        provider.describe("hi", stream=True)


def test_a_description_of_what_is_out_of_sight_is_refused():
    provider = LiteLLMProvider(model="bedrock/m", api_base="http://127.0.0.1:1")
    with pytest.raises(RequestError):
        provider.describe("hi", stream=True)
