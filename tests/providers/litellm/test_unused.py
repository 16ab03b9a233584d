"""What calls do not use is not loaded and not done, and is there for whoever does use it."""

import asyncio
import json
import subprocess
import sys
import threading
from importlib.resources import files
from types import SimpleNamespace

import pytest

from hello_llm.providers.litellm.unused import spare
from tests.providers.subjects import MODELS, PROTOCOLS, ask, base_of, litellm_at, outcome, serving
from tests.servers import Script

CHILD = """
import sys
from hello_llm.providers.factory import get_provider

provider = get_provider("litellm", model=sys.argv[1], api_base=sys.argv[2])
*_, finished = provider.stream_chat("hi")
loaded = {"tiktoken.core", "litellm.litellm_core_utils.default_encoding", "litellm.proxy._types"}
print(finished.reply.text, sorted(loaded & sys.modules.keys()))
"""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_loads_neither(protocol):
    with serving(protocol) as server:
        child = subprocess.run(
            [sys.executable, "-c", CHILD, MODELS[protocol], base_of(server)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    assert child.stdout == "Hello, world! ['tiktoken.core']\n"


def test_whoever_counts_tokens_gets_the_tokenizer(litellm):
    encoding = litellm.main._get_encoding()
    assert encoding.name == "cl100k_base"
    assert encoding.decode(encoding.encode("Hello, world!")) == "Hello, world!"


def rewritten(litellm, content):
    """Return what LiteLLM makes of `content`, knowing another name for a file of it."""
    (message,) = litellm.main.update_messages_with_model_file_ids(
        messages=[{"role": "user", "content": content}],
        model_id="m",
        model_file_id_mapping={"file-1": {"m": "file-2"}},
    )
    return message["content"]


def test_files_are_named_as_litellm_names_them(litellm):
    content = [{"type": "file", "file": {"file_id": "file-1"}}]
    assert rewritten(litellm, content) == [{"type": "file", "file": {"file_id": "file-2"}}]


@pytest.mark.parametrize("content", ["hi", "", None])
def test_text_stays_as_it_is(litellm, content):
    assert rewritten(litellm, content) == content


def test_a_litellm_without_these_names_is_left_alone():
    main, utils = SimpleNamespace(), SimpleNamespace()
    spare(SimpleNamespace(main=main, utils=utils))
    assert vars(main) == vars(utils) == {}


def test_the_file_of_claudes_tokenizer_is_read_on_first_use(litellm):
    litellm.utils.__dict__.pop("claude_json_str", None)
    assert not hasattr(litellm.utils, "json_data") or litellm.utils.json_data == {}
    tokenizers = files("litellm.litellm_core_utils.tokenizers")
    told = json.loads(litellm.utils.claude_json_str)
    assert told == json.loads(tokenizers.joinpath("anthropic_tokenizer.json").read_text())
    assert "claude_json_str" in vars(litellm.utils)
    with pytest.raises(AttributeError, match="no_such_name"):
        litellm.utils.no_such_name  # noqa: B018 - reading it is the test


CALLS = [(True, Script()), (False, Script()), (True, Script(status=500)), (True, Script(end="rst"))]


@pytest.mark.parametrize("model", ["gpt-4o-mini", "nobody-priced-this"])
@pytest.mark.parametrize(("stream", "script"), CALLS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_keeps_no_log(litellm, monkeypatch, protocol, stream, script, model):
    vendor = MODELS[protocol].partition("/")[0]
    with serving(protocol, script) as server:
        provider = litellm_at(server, model=f"{vendor}/{model}")
        outcome(provider, stream=stream)  # what is imported and searched once is
        done: list[str] = []
        cost, loop = litellm.cost_calculator.completion_cost, asyncio.new_event_loop

        def noting(name, work):
            def noted(**named):
                done.append(name)
                return work(**named)

            return noted

        monkeypatch.setattr(litellm.cost_calculator, "completion_cost", noting("priced", cost))
        monkeypatch.setattr(asyncio.events, "new_event_loop", noting("looped", loop))
        outcome(provider, stream=stream)
    assert done == []
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("litellm-logging")]


@pytest.mark.parametrize("stream", [True, False])
def test_a_price_is_known_without_that(litellm, stream):
    with serving("openai") as server:
        assert ask(litellm_at(server), stream=stream).usage.usd_micros is not None
