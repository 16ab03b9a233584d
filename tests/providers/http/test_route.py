"""Where a call goes and with which key, decided before anything is imported."""

import re

import pytest

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.vendors import VENDORS
from hello_llm.providers.http.route import resolve_route
from hello_llm.providers.http.vendor_table import KEY_PAGES, needs_key

KEYS = {
    "OPENAI_API_KEY": "sk-o",
    "ANTHROPIC_API_KEY": "sk-a",
    "AZURE_API_KEY": "sk-z",
    "MY_KEY": "sk-m",
}


@pytest.mark.parametrize(
    ("model", "options", "wire", "base", "key"),
    [
        ("openai/gpt-4o", {}, "openai/gpt-4o", None, "sk-o"),
        ("openai/gpt-4o", {"api_key_env": "MY_KEY"}, "openai/gpt-4o", None, "sk-m"),
        ("openai/x", {"api_base": "http://h:1/v1"}, "openai/x", "http://h:1/v1", None),
        (
            "openai/x",
            {"api_base": "https://api.openai.com/v1"},
            "openai/x",
            "https://api.openai.com/v1",
            "sk-o",
        ),
        (
            "openai/x",
            {"api_base": "http://api.openai.com/v1"},
            "openai/x",
            "http://api.openai.com/v1",
            None,
        ),
        (
            "openai/x",
            {"api_base": "https://api.openai.com.evil.example/v1"},
            "openai/x",
            "https://api.openai.com.evil.example/v1",
            None,
        ),
        ("ollama/a:b", {}, "ollama_chat/a:b", "http://localhost:11434", None),
        (
            "local/m",
            {"api_base": "http://127.0.0.1:1/v1"},
            "openai/m",
            "http://127.0.0.1:1/v1",
            None,
        ),
        ("anthropic/c/d", {}, "anthropic/c/d", None, "sk-a"),
        (
            "openai/x",
            {"api_base": "https://api.openai.com:8443/v1"},
            "openai/x",
            "https://api.openai.com:8443/v1",
            None,
        ),
        (
            "openai/x",
            {"api_base": "http://h:1/v1", "api_key_env": "MY_KEY"},
            "openai/x",
            "http://h:1/v1",
            "sk-m",
        ),
        (
            "azure/d",
            {"api_base": "https://mine.openai.azure.com"},
            "azure/d",
            "https://mine.openai.azure.com",
            "sk-z",
        ),
        (
            "azure/d",
            {"api_base": "https://openai.azure.com.example"},
            "azure/d",
            "https://openai.azure.com.example",
            None,
        ),
        ("ai21/j", {"api_key_env": "MY_KEY"}, "ai21_chat/j", None, "sk-m"),
        ("together_ai/x", {"api_key_env": "MY_KEY"}, "together_ai/x", None, "sk-m"),
    ],
)
def test_a_model_has_its_way(model, options, wire, base, key):
    route = resolve_route(model, environ=KEYS, **options)
    assert (route.typed, route.wire_model, route.api_base, route.api_key) == (
        model,
        wire,
        base,
        key,
    )


def test_a_route_never_shows_its_key():
    assert "sk-o" not in repr(resolve_route("openai/gpt-4o", environ=KEYS))


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai/gpt-4o", "OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
        ("mistral/mistral-small", "MISTRAL_API_KEY"),
        ("together_ai/x", "TOGETHERAI_API_KEY"),
    ],
)
def test_a_missing_key_is_named(model, variable):
    with pytest.raises(AuthError) as caught:
        resolve_route(model, environ={})
    assert caught.value.message == f"{variable} is not set, and {model} needs it"
    assert caught.value.hint == (
        f"export {variable}=…   or name another variable with --api-key-env"
        f"; keys are created at https://{KEY_PAGES[model.partition('/')[0]]}"
    )


def test_every_vendor_that_needs_a_key_has_a_page_for_it_unless_each_user_has_another():
    without = {vendor for vendor in VENDORS if needs_key(vendor)} - KEY_PAGES.keys()
    assert without == {"databricks", "hyperbolic", "nebius"}
    assert KEY_PAGES.keys() <= VENDORS
    assert all(re.fullmatch(r"[a-z0-9.-]+\.[a-z]+(/[\w.-]+)*", page) for page in KEY_PAGES.values())


def test_a_page_is_not_named_for_a_server_that_is_not_the_vendors():
    with pytest.raises(AuthError) as caught:
        resolve_route("openai/x", api_base="http://127.0.0.1:1", api_key_env="X", environ={})
    assert caught.value.hint == "export X=…   or name another variable with --api-key-env"


@pytest.mark.parametrize("key", ["sk-…", "sk-\nb", "ключ", "sk\x00"])
def test_a_key_that_no_header_can_carry_is_told_before_any_call(key):
    with pytest.raises(AuthError) as caught:
        resolve_route("openai/x", environ={"OPENAI_API_KEY": key})
    assert caught.value.message == "OPENAI_API_KEY contains characters that no key has"
    assert caught.value.hint == "export OPENAI_API_KEY=…   with only the key in place of the dots"


def test_white_space_around_a_key_is_no_part_of_it():
    assert resolve_route("openai/x", environ={"OPENAI_API_KEY": " sk-o\n"}).api_key == "sk-o"


@pytest.mark.parametrize(
    ("model", "base", "place"),
    [
        ("openai/x", None, "api.openai.com"),
        ("openai/x", "http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("ollama/x", None, "localhost:11434"),
        ("groq/x", None, "api.groq.com"),
        ("novita/x", None, "novita"),
    ],
)
def test_the_place_of_a_call_is_its_host_or_its_vendor(model, base, place):
    route = resolve_route(model, api_base=base, api_key_env="MY_KEY", environ=KEYS)
    assert route.place == place


@pytest.mark.parametrize(
    ("model", "own"),
    [("ollama/x", True), ("local/x", True), ("hosted_vllm/x", True), ("openai/x", False)],
)
def test_a_server_of_ones_own_is_told_from_a_vendor(model, own):
    route = resolve_route(model, api_base="http://127.0.0.1:1/v1", environ={})
    assert (route.self_hosted, route.api_key, route.key_variable) == (own, None, None)


def test_an_empty_key_is_told_from_a_missing_one():
    with pytest.raises(AuthError, match=r"^OPENAI_API_KEY is empty, and openai/x needs it$"):
        resolve_route("openai/x", environ={"OPENAI_API_KEY": " "})


@pytest.mark.parametrize(
    ("base", "fault"),
    [
        ("127.0.0.1:80", "it does not begin with http:// or https://"),
        ("ftp://host", "it does not begin with http:// or https://"),
        ("http://", "it has no host"),
        ("http://host:99999", "its port is not a number from 1 to 65535"),
        ("http://host:port", "its port is not a number from 1 to 65535"),
        ("http://[::1", "its host is not a valid IPv6 address in brackets"),
        ("http://a host/", "it contains a space or a control character"),
        ("http://host/\x00", "it contains a space or a control character"),
        (
            "http://a..b/v1",
            "its host has an empty label: a dot at the beginning, or two in a row",
        ),
    ],
)
def test_what_is_wrong_with_an_address_is_said(base, fault):
    with pytest.raises(UsageError) as caught:
        resolve_route("openai/x", api_base=base, environ=KEYS)
    assert caught.value.message == f"api base {base!r} is not a valid address: {fault}"
    assert caught.value.hint == "--api-base http://HOST:PORT"
