"""Where a call goes and with which key, decided before anything is imported."""

import subprocess
import sys

import pytest

from hello_llm.contract import AuthError, UsageError
from hello_llm.providers.litellm.route import plan
from hello_llm.providers.litellm.vendors import OPENAI_SDK_VENDORS, key_variable, needs_key
from hello_llm.providers.vendors import VENDORS

KEYS = {"OPENAI_API_KEY": "sk-o", "ANTHROPIC_API_KEY": "sk-a", "MY_KEY": "sk-m"}


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
    ],
)
def test_a_model_has_its_way(model, options, wire, base, key):
    route = plan(model, environ=KEYS, **options)
    assert (route.typed, route.wire_model, route.api_base, route.api_key) == (
        model,
        wire,
        base,
        key,
    )


def test_a_route_never_shows_its_key():
    assert "sk-o" not in repr(plan("openai/gpt-4o", environ=KEYS))


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
        plan(model, environ={})
    assert caught.value.message == f"{variable} is not set, and {model} needs it"
    assert caught.value.hint == (
        f"export {variable}=…   or name another variable with --api-key-env"
    )


def test_an_empty_key_is_told_from_a_missing_one():
    with pytest.raises(AuthError, match=r"^OPENAI_API_KEY is empty, and openai/x needs it$"):
        plan("openai/x", environ={"OPENAI_API_KEY": " "})


@pytest.mark.parametrize(
    ("model", "base"),
    [
        (None, None),
        ("gpt-4o", None),
        ("local/smollm2", None),
        ("openai/x", "127.0.0.1:80"),
        ("openai/x", "ftp://host"),
        ("openai/x", "http://"),
        ("openai/x", "http://host:99999"),
        ("openai/x", "http://user:pass@host"),
    ],
)
def test_what_leads_nowhere_is_a_usage_error(model, base):
    with pytest.raises(UsageError):
        plan(model, api_base=base, environ=KEYS)


def test_a_missing_key_is_found_before_litellm_is_imported():
    script = (
        "import sys\n"
        "from hello_llm import AuthError, get_provider\n"
        "try: get_provider('litellm', model='openai/x', environ={}).chat('hi')\n"
        "except AuthError: print('litellm' in sys.modules, 'httpx' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"False False\n"


def test_the_vendors_are_those_of_litellm(litellm):
    assert {str(getattr(vendor, "value", vendor)) for vendor in litellm.provider_list} == VENDORS


def test_each_table_names_known_vendors_only():
    assert OPENAI_SDK_VENDORS <= VENDORS
    assert all(needs_key(vendor) for vendor in ("openai", "anthropic", "gemini", "mistral"))
    assert key_variable("nano-gpt") == "NANO_GPT_API_KEY"
