"""A call imports of the OpenAI library's resources those it uses, and all can still be had."""

import subprocess
import sys

import pytest

NAME = "openai.resources"
PROLOGUE = """
from hello_llm.providers.litellm.openai_resources import defer_resources

defer_resources()
import openai

client = openai.OpenAI(api_key="k")
"""
EPILOGUE = f"""
import os, sys
print("Batches" in vars(sys.modules["{NAME}"]), flush=True)
os._exit(0)
"""
USES = {
    "a chat": "client.chat.completions.create; client.chat.completions.with_raw_response.create",
    "an embedding": "client.embeddings.create; client.with_raw_response.embeddings.create",
    "an inspection": "import inspect, sys; list(map(inspect.getmodule, sys.modules.values()))",
    "every module": f"""
import importlib, pkgutil, sys
for module in pkgutil.walk_packages(sys.modules["{NAME}"].__path__, "{NAME}."):
    importlib.import_module(module.name)
""",
}
WISHES = {
    "a name of it": f"from {NAME} import Batches; assert Batches is type(client.batches)",
    "a module of it": f"from {NAME} import batches; assert batches.__name__ == '{NAME}.batches'",
    "an attribute": f"import {NAME} as all_; assert all_.Chat is type(client.chat)",
    "all of it": f"from {NAME} import *; assert Beta is type(client.beta)",
    "the library's own proxy": "assert openai.resources.Files is type(client.files)",
}


def run(program, prologue=PROLOGUE):
    """Run `program` with the package deferred; return what it says, and whether it executed it."""
    child = subprocess.run(
        [sys.executable, "-c", prologue + program + EPILOGUE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return child.stdout


@pytest.mark.parametrize("use", USES)
def test_what_a_call_does_leaves_the_package_alone(use):
    assert run(USES[use]) == "False\n"


@pytest.mark.parametrize("wish", WISHES)
def test_whoever_asks_for_a_name_gets_it(wish):
    assert run(WISHES[wish]) == "True\n"


def test_a_name_that_it_does_not_have_is_still_an_attribute_error():
    program = f"import {NAME} as all_; print(hasattr(all_, 'Chats'), hasattr(all_, 'Chat'))"
    assert run(program) == "False True\nTrue\n"


def test_the_import_of_litellm_defers_it():
    program = "from hello_llm.providers.litellm.substrate import load; load()"
    assert run(program, prologue="") == "False\n"


def test_what_was_executed_is_not_deferred_again():
    assert run(f"import {NAME} as all_; all_.Chat; defer_resources(); all_.Beta") == "True\n"
