"""The factory knows two names and imports nothing for the one that was not chosen."""

import subprocess
import sys

import pytest

from hello_llm.contract import UsageError
from hello_llm.providers.factory import PROVIDER_NAMES, get_provider
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from hello_llm.providers.mock.provider import MockProvider


def test_there_are_exactly_two_providers():
    assert PROVIDER_NAMES == ("mock", "litellm")


@pytest.mark.parametrize(("name", "kind"), [("mock", MockProvider), ("litellm", LiteLLMProvider)])
def test_each_name_builds_its_provider(name, kind):
    provider = get_provider(name)
    assert type(provider) is kind
    assert provider.name == name


def test_the_options_reach_the_provider():
    assert get_provider("mock", model="mock/other").chat("hi").model == "mock/other"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("mcok", "unknown provider 'mcok': there are mock and litellm", "--provider mock"),
        ("liteLLM", "unknown provider 'liteLLM': there are mock and litellm", "--provider litellm"),
        (
            "chatbot",
            "unknown provider 'chatbot': there are mock and litellm",
            "--provider mock, or --provider litellm",
        ),
        (
            "groq",
            "unknown provider 'groq': there are mock and litellm",
            "a vendor is a model prefix: --provider litellm --model groq/MODEL",
        ),
    ],
)
def test_an_unknown_name_gets_the_two_and_a_way_on(name, message, hint):
    with pytest.raises(UsageError) as caught:
        get_provider(name)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_neither_provider_imports_litellm_before_a_call():
    program = (
        "import sys\n"
        "from hello_llm import get_provider\n"
        "get_provider('litellm', model='openai/gpt-4o-mini')\n"
        "get_provider('mock').chat('hi')\n"
        "print(sorted({'litellm', 'openai', 'httpx'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"[]\n", b"")
