"""LiteLLM asks nobody anything but the model that is called; whatever it tries is seen here."""

import subprocess
import sys
from pathlib import Path

import pytest

from hello_llm.providers.litellm.own_requests import may_be_a_call
from tests.guard import sitecustomize
from tests.providers.subjects import MODELS, PROTOCOLS, base_of, serving
from tests.servers import Responses, ScriptedServer

LOOKS_UP = """
import sys
from hello_llm.providers.litellm.pricing import usd_of
from hello_llm.providers.litellm.loader import load
from hello_llm.contract.vendors import VENDORS

litellm = load()
for vendor in sorted(VENDORS):
    usd_of(litellm, vendor, "some-model", prompt_tokens=1, completion_tokens=1)
    litellm.get_supported_openai_params(model="some-model", custom_llm_provider=vendor)
print(len(VENDORS))
"""
ASKS = """
import sys
from hello_llm.contract import HelloLLMError
from hello_llm.providers.factory import get_provider

for model in sys.argv[2:]:
    provider = get_provider("litellm", model=model, api_base=sys.argv[1], timeout=10.0)
    for ask in (provider.chat, lambda prompt: list(provider.stream_chat(prompt))):
        try:
            ask("hi")
        except HelloLLMError as error:
            print(model, error)
"""
DEMANDS = """
import sys
from hello_llm.providers.litellm.loader import load

litellm = load()
from litellm.anthropic_beta_headers_manager import filter_and_transform_beta_headers

filter_and_transform_beta_headers(["structured-outputs-2025-11-13"], "anthropic")
for vendor in ("huggingface", "lemonade", "ollama", "ollama_chat"):
    try:
        litellm.get_model_info(model="some-model", custom_llm_provider=vendor)
    except Exception as error:
        print(vendor, type(error).__name__)
try:
    litellm.main.get_llm_provider("bedrock/anthropic.claude-3-haiku-20240307-v1:0")
    litellm.completion(
        model="bedrock/anthropic.claude-3-haiku-20240307-v1:0",
        messages=[{"role": "user", "content": "hi"}],
        max_retries=0,
        timeout=5,
    )
except Exception as error:
    print("bedrock", type(error).__name__)
from litellm.litellm_core_utils.prompt_templates.factory import prompt_factory

print(prompt_factory(model="some/model", messages=[{"role": "user", "content": "hi"}]))
"""
OUTLIVES = """
import socket, threading, time

def look():
    time.sleep(0.2)
    try:
        socket.getaddrinfo("late.invalid", 80)
    except OSError:
        pass

threading.Thread(target=look).start()
"""


@pytest.fixture
def record(tmp_path: Path, monkeypatch):
    """The file to which this process and its children add each lookup and connection."""
    path = tmp_path / "record"
    path.touch()
    monkeypatch.setenv(sitecustomize.RECORD_VARIABLE, str(path))
    return path


def ran(code: str, *arguments: str) -> str:
    """Run `code` in a Python of its own, to the end of the last of its threads."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def reached(record: Path) -> set[str]:
    """Return the hosts that were looked up, and the addresses that were connected to."""
    return set(record.read_text(encoding="utf-8").split())


def test_the_price_of_no_model_and_its_parameters_need_a_question(record):
    assert int(ran(LOOKS_UP)) > 150
    assert reached(record) == set()


def test_what_is_known_to_ask_goes_without_an_answer(record):
    ran(DEMANDS)
    assert reached(record) <= {"bedrock-runtime.us-west-2.amazonaws.com"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_reaches_its_server_and_nothing_else(record, protocol):
    with serving(protocol) as server:
        said = ran(ASKS, base_of(server), MODELS[protocol])
        assert (said, len(server.requests)) == ("", 2)
        assert reached(record) == {"127.0.0.1", f"127.0.0.1:{server.port}"}


def test_a_call_to_the_responses_api_reaches_its_server_and_nothing_else(record):
    with ScriptedServer(Responses()) as server:
        assert ran(ASKS, base_of(server), "openai/o3-pro", "openai/responses/mine") == ""
        assert reached(record) == {"127.0.0.1", f"127.0.0.1:{server.port}"}


def test_vendors_of_which_litellm_would_look_something_up_are_asked_for_nothing_else(record):
    models = [f"{vendor}/some/model" for vendor in ("huggingface", "lemonade", "petals", "xai")]
    with serving("openai") as server:
        ran(ASKS, base_of(server), *models)
        assert reached(record) == {"127.0.0.1", f"127.0.0.1:{server.port}"}


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("POST", "/v1/chat/completions", True),
        ("GET", "/some-model/raw/main/config.json", False),
        ("POST", "/api/show", False),
    ],
)
def test_a_call_to_a_model_is_told_from_a_question_about_one(method, path, may):
    assert may_be_a_call(method, path) is may


def test_the_record_holds_what_a_thread_does_when_all_else_is_over(record):
    ran(OUTLIVES)
    assert reached(record) == {"late.invalid"}
