"""The tables of vendors say what LiteLLM does: which client it takes, which key, which host."""

import re
from pathlib import Path

import httpx
import pytest

from hello_llm.contract import HelloLLMError, UsageError
from hello_llm.contract.vendors import COMPLETION_VENDORS, SELF_HOSTED_VENDORS, VENDORS
from hello_llm.providers.factory import get_provider
from hello_llm.providers.http.client.connection import Connection
from hello_llm.providers.http.route import resolve_route
from hello_llm.providers.http.vendor_table import (
    _KEY_VARIABLES,
    _PLAIN_KEY_VENDORS,
    AZURE_VENDORS,
    BASELESS_VENDORS,
    KEYLESS_BASES,
    OPENAI_SDK_VENDORS,
    UNSEEN_VENDORS,
    VENDOR_HOSTS,
    key_variable,
    needs_key,
)
from tests.guard.sitecustomize import LOG_VARIABLE

NOT_OURS = {"cohere"}
"""Vendors of the host table that LiteLLM reaches with a client of its own."""


@pytest.fixture
def hosts(monkeypatch) -> list[str]:
    """The hosts of the requests that go through a client of ours; none of them leaves."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(418, json={"error": {"message": "I am a teapot"}})

    def client(self: Connection) -> httpx.Client:
        self._http = httpx.Client(transport=httpx.MockTransport(answer), trust_env=False)
        return self._http

    monkeypatch.setattr(Connection, "client", client)
    return asked


def call(vendor, **options):
    """Ask a model of `vendor`, and return what became of it."""
    keys = {"environ": {"KEY": "k-1"}, "api_key_env": "KEY"}
    provider = get_provider("litellm", model=f"{vendor}/some-model", **(keys | options))
    with pytest.raises(HelloLLMError) as caught:
        provider.chat("hi")
    return caught.value


@pytest.mark.parametrize("vendor", sorted(OPENAI_SDK_VENDORS))
def test_an_openai_sdk_vendor_uses_the_client_we_give(hosts, vendor):
    error = call(vendor, api_base="http://127.0.0.1:9/v1")
    assert error.message == '127.0.0.1:9 rejected the request (418): it says "I am a teapot"'
    assert hosts == ["127.0.0.1"]


@pytest.mark.parametrize("vendor", sorted(OPENAI_SDK_VENDORS - BASELESS_VENDORS - {"openai"}))
def test_no_other_vendor_ends_up_at_openai(hosts, vendor):
    call(vendor)
    assert len(hosts) == 1
    assert hosts != ["api.openai.com"]


@pytest.mark.parametrize("vendor", sorted(BASELESS_VENDORS))
def test_a_vendor_without_an_address_needs_one(hosts, vendor):
    error = call(vendor)
    assert type(error) is UsageError
    assert error.message == f"{vendor}/some-model needs the address of its server"
    assert hosts == []


@pytest.mark.parametrize("vendor", sorted(VENDOR_HOSTS.keys() - BASELESS_VENDORS - NOT_OURS))
def test_a_vendors_host_is_where_litellm_goes(hosts, vendor):
    call(vendor)
    assert hosts == [VENDOR_HOSTS[vendor]]


def test_the_tables_name_known_vendors_only():
    for table in (
        OPENAI_SDK_VENDORS,
        AZURE_VENDORS,
        UNSEEN_VENDORS,
        BASELESS_VENDORS,
        VENDOR_HOSTS,
    ):
        assert set(table) <= VENDORS
    assert set(KEYLESS_BASES) | set(_KEY_VARIABLES) | _PLAIN_KEY_VENDORS <= VENDORS


def test_no_vendor_is_in_two_tables_that_exclude_each_other():
    assert not OPENAI_SDK_VENDORS & (AZURE_VENDORS | UNSEEN_VENDORS)
    assert not _PLAIN_KEY_VENDORS & _KEY_VARIABLES.keys()
    assert not any(needs_key(vendor) for vendor in KEYLESS_BASES)


def test_the_servers_of_ones_own_are_those_with_an_address_here_and_local_models():
    assert {"local", *KEYLESS_BASES} == SELF_HOSTED_VENDORS


def test_each_key_variable_is_one_that_litellm_reads(litellm):
    folder = Path(litellm.__file__).parent
    places = (
        *folder.glob("*.py"),
        *folder.glob("litellm_core_utils/*.py"),
        *folder.rglob("llms/**/*.py"),
    )
    read = {
        name
        for place in places
        for name in re.findall(r"[A-Z][A-Z0-9_]*_API_KEY", place.read_text(encoding="utf-8"))
    }
    named = {key_variable(vendor) for vendor in VENDORS if needs_key(vendor)}
    assert named - read == set()


def test_the_name_of_a_variable_is_one_that_a_shell_can_export():
    assert all(re.fullmatch(r"[A-Z0-9_]+", key_variable(vendor)) for vendor in VENDORS)


def test_no_other_vendor_wants_an_openai_client(hosts, monkeypatch):
    # Some reach for hosts of their own before they look at the client: refused, but no fault here.
    monkeypatch.delenv(LOG_VARIABLE)
    others = VENDORS - OPENAI_SDK_VENDORS - AZURE_VENDORS
    wrong = {
        v for v in others if "HTTPHandler" in call(v, api_base="http://127.0.0.1:9/v1").message
    }
    assert wrong == set()


@pytest.mark.parametrize("vendor", COMPLETION_VENDORS)
def test_a_vendor_that_completes_texts_is_refused_and_its_chat_named(vendor):
    with pytest.raises(UsageError) as caught:
        resolve_route(f"{vendor}/m", api_base="http://127.0.0.1:9/v1")
    assert caught.value.message == f"{vendor} is for text completion, not for chat"
    assert caught.value.hint == f"--model {vendor.removeprefix('text-completion-')}/m"
