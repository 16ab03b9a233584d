"""LiteLLM's tokenizer and its proxy's models come when needed; a call needs neither."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from hello_llm.providers.litellm.lazy_tokenizer import spare
from tests.providers.subjects import MODELS, PROTOCOLS, base_of, serving

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
    main = SimpleNamespace()
    spare(SimpleNamespace(main=main))
    assert vars(main) == {}
