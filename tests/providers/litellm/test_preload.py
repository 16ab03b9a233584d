"""While something is waited for, a thread imports what the call will need."""

import subprocess
import sys

import pytest

from tests.providers.subjects import MODELS, PROTOCOLS, base_of, serving

PROLOGUE = """
import os, sys, threading
from hello_llm.contract import fold
from hello_llm.providers.factory import get_provider
from hello_llm.providers.litellm.preload import preload
from hello_llm.providers.litellm.loader import load

def prewarmed(model):
    preload(model)
    (thread,) = [one for one in threading.enumerate() if one.name == "preload"]
    return thread
"""
CALLED = """
prewarmed(sys.argv[1]).join()
before = set(sys.modules)
reply = fold(get_provider("litellm", model=sys.argv[1], api_base=sys.argv[2]).stream_chat("hi"))
print(reply.text, sorted(set(sys.modules) - before))
"""
KEYS = """
os.environ["A_KEY"] = "k"
thread = prewarmed("openai/gpt-4o-mini")
while "A_KEY" in os.environ:
    pass
provider = get_provider("litellm", model="openai/gpt-4o-mini", api_key_env="A_KEY")
print(provider.describe("hi", stream=True).headers["authorization"], os.environ["A_KEY"])
"""
BROKEN = """
class Broken:
    def find_spec(name, path=None, target=None):
        if name == "litellm":
            raise ImportError("it is broken")

sys.meta_path.insert(0, Broken)
prewarmed(None).join()
try:
    load()
except ImportError as error:
    print(error)
"""
TWICE = """
load()
preload("openai/gpt-4o-mini")
print([thread.name for thread in threading.enumerate()])
"""


def said(program, *arguments):
    """Return what `program` says, which must end well."""
    child = subprocess.run(
        [sys.executable, "-c", PROLOGUE + program + "sys.stdout.flush(); os._exit(0)", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return child.stdout


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_call_after_it_imports_nothing_more(protocol):
    with serving(protocol) as server:
        assert said(CALLED, MODELS[protocol], base_of(server)) == "Hello, world! []\n"


def test_a_key_is_found_while_the_environment_is_hidden_from_the_import():
    assert said(KEYS) == "Bearer k k\n"


def test_an_import_that_fails_is_reported_by_the_call():
    assert said(BROKEN) == "it is broken\n"


def test_what_is_there_is_not_fetched_again():
    assert said(TWICE) == "['MainThread']\n"
