"""An API base is understood as people write it, or refused with what was meant."""

import pytest

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.providers.http.api_base import ApiBase, joined_query, understand
from hello_llm.providers.litellm.adapter import LiteLLMProvider

HOST = "http://h.example:8"


def asked(model: str, base: str, *, stream: bool = False) -> str:
    """Return the address that a call to `model` below `base` asks."""
    provider = LiteLLMProvider(model=model, api_base=base, api_key_env="K", environ={"K": "k"})
    return provider.describe(ChatRequest.from_prompt("hi"), stream=stream).url


ENDPOINTS = {
    "openai": "/v1/chat/completions",
    "mistral": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
    "gemini": "/v1beta/models/m:generateContent",
    "cohere": "/v2/chat",
}
BASES = {"openai": "/v1", "mistral": "/v1", "gemini": "/v1beta"}


@pytest.mark.parametrize("end", ["", "/", "//", "?api-version=1", "/?api-version=1&x=%20"])
@pytest.mark.parametrize("vendor", ENDPOINTS)
def test_base_forms_lead_to_the_endpoint(vendor, end):
    query = end.partition("?")[2]
    wanted = HOST + ENDPOINTS[vendor] + (f"?{query}" if query else "")
    assert asked(f"{vendor}/m", HOST + BASES.get(vendor, "") + end) == wanted


@pytest.mark.parametrize("end", ["", "/", "?api-version=1"])
@pytest.mark.parametrize("vendor", ENDPOINTS)
def test_base_forms_that_are_the_endpoint_stay_it(vendor, end):
    query = end.partition("?")[2]
    wanted = HOST + ENDPOINTS[vendor] + (f"?{query}" if query else "")
    assert asked(f"{vendor}/m", HOST + ENDPOINTS[vendor] + end) == wanted


def test_a_query_of_the_protocols_own_stays_before_the_typed_one():
    url = asked("gemini/m", f"{HOST}/v1beta?alt=json&x=1", stream=True)
    assert url == f"{HOST}/v1beta/models/m:streamGenerateContent?alt=sse&x=1"


@pytest.mark.parametrize(
    ("vendor", "typed", "base"),
    [
        ("openai", "HTTP://H.Example:8/V1", f"{HOST}/V1"),
        ("openai", "http://[::1]:8/v1/", "http://[::1]:8/v1"),
        ("anthropic", f"{HOST}/v1", HOST),
        ("anthropic", f"{HOST}/proxy/v1/", f"{HOST}/proxy"),
        ("cohere", f"{HOST}/v2", HOST),
        ("ollama", f"{HOST}/api", HOST),
        ("azure", f"{HOST}/openai/deployments/d/chat/completions", HOST),
    ],
)
def test_the_base_is_what_the_endpoint_is_appended_to(vendor, typed, base):
    assert understand(typed, vendor, "m") == ApiBase(base)


@pytest.mark.parametrize(
    ("vendor", "typed", "hint"),
    [
        ("openai", f"{HOST}/v1/messages", f"--model anthropic/m --api-base {HOST}"),
        ("openai", f"{HOST}/api/chat", f"--model ollama/m --api-base {HOST}"),
        ("ollama", f"{HOST}/v1/chat/completions", f"--model openai/m --api-base {HOST}/v1"),
        ("openai", f"{HOST}/v1/responses", f"--model openai/responses/m --api-base {HOST}/v1"),
        ("openai", f"{HOST}/v1/completions", f"--api-base {HOST}/v1"),
        ("openai", f"{HOST}/v1/models", f"--api-base {HOST}/v1"),
        ("ollama", f"{HOST}/api/generate", f"--api-base {HOST}"),
        ("anthropic", f"{HOST}/messages", f"--api-base {HOST}"),
        ("openai", f"{HOST}/v1#here", f"--api-base {HOST}/v1"),
        ("bedrock", f"{HOST}/x?y=1", f"--api-base {HOST}/x"),
    ],
)
def test_another_endpoint_is_refused_with_what_was_meant(vendor, typed, hint):
    with pytest.raises(UsageError) as caught:
        understand(typed, vendor, "m")
    assert caught.value.hint == hint


def test_the_endpoint_of_the_responses_api_is_understood_where_it_is_asked():
    assert understand(f"{HOST}/v1/responses", "openai", "responses/m") == ApiBase(f"{HOST}/v1")


def test_two_queries_are_joined():
    assert joined_query(b"", "a=1") == b"a=1"
    assert joined_query(b"a=2&b", "a=1&c=%20") == b"a=2&b&c=%20"


AZURE = "https://there.openai.azure.com"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (AZURE, "/openai/deployments/m/chat/completions?api-version=2025-02-01-preview"),
        (
            f"{AZURE}?api-version=2024-10-21",
            "/openai/deployments/m/chat/completions?api-version=2024-10-21",
        ),
        (
            f"{AZURE}/openai/deployments/m/chat/completions?api-version=2024-10-21",
            "/openai/deployments/m/chat/completions?api-version=2024-10-21",
        ),
        (
            f"{AZURE}?api-version=2024-10-21&trace=1",
            "/openai/deployments/m/chat/completions?api-version=2024-10-21&trace=1",
        ),
    ],
)
def test_the_version_of_azures_api_that_is_typed_is_sent(base, url):
    assert asked("azure/m", base) == f"{AZURE}{url}"
    assert asked("azure_text/m", base) == f"{AZURE}{url}".replace("chat/completions", "completions")


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (f"{AZURE}/openai/v1/", "/openai/v1/chat/completions"),
        (
            f"{AZURE}/openai/v1?api-version=preview",
            "/openai/v1/chat/completions?api-version=preview",
        ),
    ],
)
def test_azures_newer_api_is_asked_as_openais_own(base, url):
    assert asked("azure/m", base) == f"{AZURE}{url}"


def test_azures_newer_api_has_no_other_model_prefix():
    with pytest.raises(UsageError) as caught:
        asked("azure_text/m", f"{AZURE}/openai/v1")
    assert caught.value.hint == "--model azure/m"
