"""Row unasked: whatever LiteLLM and the SDKs add, only headers that somebody needs leave."""

import re

import pytest

import hello_llm
from hello_llm.contract import HelloLLMError
from hello_llm.contract.vendors import VENDORS
from hello_llm.providers.http.client.connection import WireRequest
from hello_llm.providers.litellm.adapter import LiteLLMProvider

BASE = "http://127.0.0.1:9"
KEY = "sk-unasked-7Qm2ZkX9"
ALLOWED = frozenset(
    """
    accept accept-encoding authorization connection content-length content-type host user-agent
    anthropic-beta anthropic-version api-key x-api-key x-goog-api-key
    ai-resource-group rquid date x-content-sha256 x-snowflake-authorization-token-type
    """.split()
)
FORBIDDEN = frozenset({"http-referer", "referer", "x-title", "openai-organization", "cookie"})
SOFTWARE = re.compile(r"litellm|stainless|python|httpx|openai/|anthropic/|linux|x86|aarch")
PROMINENT = frozenset(
    "openai anthropic ollama openrouter gemini cohere mistral groq deepseek xai azure".split()
)


def described(vendor: str, *, stream: bool, **headers: str) -> WireRequest | None:
    """The request of a call to a model of `vendor`; ``None`` if it cannot be described."""
    provider = LiteLLMProvider(
        model=f"{vendor}/m",
        api_base=BASE,
        api_key_env="KEY",
        headers=headers,
        environ={"KEY": KEY},
    )
    try:
        return provider.describe("hi", stream=stream)
    except HelloLLMError:
        return None


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "stream"])
def requests(request) -> dict[str, WireRequest]:
    """The request to each vendor that can be described."""
    found = {vendor: described(vendor, stream=request.param) for vendor in sorted(VENDORS)}
    return {vendor: sent for vendor, sent in found.items() if sent is not None}


def test_unasked_the_requests_to_nearly_all_vendors_are_seen(requests):
    assert len(requests) >= 95
    assert requests.keys() >= PROMINENT


def test_unasked_only_headers_that_somebody_needs_leave(requests):
    others = {
        vendor: sorted(unasked)
        for vendor, sent in requests.items()
        if (unasked := {name for name in sent.headers if not _is_needed(name)})
    }
    assert others == {}


def _is_needed(name: str) -> bool:
    return name in ALLOWED or name.startswith("x-amz-")


def test_unasked_the_program_says_who_it_is_and_nothing_of_what_it_is_made_of(requests):
    agent = f"hello-llm/{hello_llm.__version__}"
    assert {sent.headers["user-agent"] for sent in requests.values()} == {agent}
    for vendor, sent in requests.items():
        assert FORBIDDEN.isdisjoint(sent.headers), vendor
        head = "\n".join(f"{name}: {value}" for name, value in sent.headers.items())
        assert SOFTWARE.search(head.lower()) is None, vendor
        assert re.search(r"litellm|stainless|python", sent.body.decode().lower()) is None, vendor


def test_unasked_the_key_is_in_its_own_header_alone(requests):
    for vendor, sent in requests.items():
        holders = [name for name, value in sent.headers.items() if KEY in value]
        assert len(holders) <= 1, vendor
        assert KEY not in sent.body.decode(), vendor


@pytest.mark.parametrize("vendor", sorted(PROMINENT))
def test_unasked_headers_that_were_asked_for_leave(vendor):
    asked = {"HTTP-Referer": "https://team.test", "X-Title": "blue", "User-Agent": "blue/1"}
    sent = described(vendor, stream=False, **asked)
    assert sent is not None
    assert asked.items() <= {name: sent.headers[name.lower()] for name in asked}.items()
