"""Whichever way LiteLLM takes to a vendor, the call's own client makes the request, once."""

import pytest

from hello_llm.contract import LLMReply, RequestError, ServerError, UsageError
from hello_llm.contract.vendors import LOGIN_VENDORS
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from tests.providers.subjects import litellm_at, outcome, serving
from tests.servers import OpenAI, Script, ScriptedServer

KEY = "sk-test-1"
ELSEWHERE = ("replicate/a/b", "bytez/m", "gigachat/m")
EACH_WAY = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


def provider(model: str, base: str) -> LiteLLMProvider:
    """Return a provider with a key and a header of its own."""
    return LiteLLMProvider(
        model=model,
        api_base=base,
        api_key_env="K",
        environ={"K": KEY},
        headers={"X-Ours": "1"},
        timeout=5.0,
    )


@EACH_WAY
@pytest.mark.parametrize(
    "model",
    [
        "amazon_nova/m",
        "azure/m",
        "azure_text/m",
        "bedrock/anthropic.claude-3-haiku-20240307-v1:0",
        "bedrock/invoke/meta.llama3-8b-instruct-v1:0",
        "cohere/m",
        "custom/m",
        "maritalk/m",
        "nvidia_nim/m",
        "text-completion-codestral/m",
    ],
)
def test_a_request_is_seen_before_it_is_sent_and_carries_the_headers(model, stream):
    with serving("openai") as server:
        sent = provider(model, server.url).describe("hi", stream=stream)
        assert server.requests == []
    assert sent.url.startswith(server.url)
    assert sent.headers["x-ours"] == "1"


@EACH_WAY
@pytest.mark.parametrize(
    ("model", "base", "path"),
    [
        ("amazon_nova/m", "/v1", "/v1/chat/completions"),
        ("maritalk/m", "/v1", "/v1/chat/completions"),
        ("azure/m", "?api-version=1", "/openai/deployments/m/chat/completions?api-version=1"),
    ],
)
def test_a_vendor_that_litellm_calls_by_another_client_answers_through_ours(
    model, base, path, stream
):
    with ScriptedServer(OpenAI(path=path), Script(chunks=("Hello",))) as server:
        reply = outcome(provider(model, f"{server.url}{base}"), stream=stream)
        (request,) = server.requests
    assert isinstance(reply, LLMReply)
    assert reply.text == "Hello"
    assert request.headers["x-ours"] == "1"
    assert request.headers["user-agent"].startswith("hello-llm/")


@EACH_WAY
@pytest.mark.parametrize("vendor", ["ai21", "deepinfra", "hyperbolic", "nvidia_nim", "sambanova"])
def test_a_request_that_failed_is_not_repeated_by_anybody_else(vendor, stream):
    with serving("openai", Script(status=500, error="broken")) as server:
        failed = outcome(litellm_at(server, model=f"{vendor}/m"), stream=stream)
        assert len(server.requests) == 1
    assert type(failed) is ServerError


@EACH_WAY
@pytest.mark.parametrize("model", ELSEWHERE)
def test_a_request_for_another_host_than_the_api_base_is_not_sent(model, stream):
    with serving("openai") as server:
        failed = outcome(provider(model, server.url), stream=stream)
        assert server.requests == []
    assert type(failed) is RequestError
    assert "not at the API base; nothing was sent" in failed.message


@pytest.mark.parametrize(
    ("base", "host"),
    [
        ("http://api.invalid:80/v1", "api.invalid"),
        ("https://api.invalid:443/v1", "api.invalid"),
        ("http://API.invalid/v1", "api.invalid"),
        ("http://api.invalid.:8080/v1", "api.invalid:8080"),
        ("http://bücher.invalid/v1", "xn--bcher-kva.invalid"),
        ("http://[::1]:80/v1", "[::1]"),
        ("http://[fe80::1%25eth0]:8080/v1", "[fe80::1]:8080"),
        ("http://[fe80::1%eth0]/v1", "[fe80::1]"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
    ],
)
@pytest.mark.parametrize("model", ["openai/m", "anthropic/m", "ollama/m", "gemini/m", "azure/m"])
def test_an_api_base_is_its_own_host_however_it_is_written(model, base, host):
    base = base if model == "openai/m" else base.removesuffix("/v1")
    assert provider(model, base).describe("hi", stream=True).headers["host"] == host


@pytest.mark.parametrize("vendor", sorted(LOGIN_VENDORS))
def test_a_vendor_that_wants_a_login_in_a_browser_is_refused(vendor):
    failed = outcome(LiteLLMProvider(model=f"{vendor}/m", environ={}), stream=False)
    assert type(failed) is UsageError


@pytest.mark.parametrize("model", ["petals/m", "triton/m"])
def test_a_prompt_without_a_known_template_is_sent_as_it_is(model):
    sent = provider(model, "http://127.0.0.1:9/generate").describe("Grüße?", stream=False)
    assert "template" not in sent.body.decode()
    assert b"Gr" in sent.body


def test_a_temperature_that_nobody_set_is_not_sent_to_gemini():
    sent = provider("gemini/gemini-3-pro", "http://127.0.0.1:9").describe("hi", stream=False)
    assert sent.body == b'{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}'
    assert sent.headers["content-length"] == str(len(sent.body))
