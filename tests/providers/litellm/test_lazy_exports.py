"""Of the OpenAI library's modules those are imported that are used, and every name is its own."""

import json
import subprocess
import sys

import pytest

LAZILY = """
from hello_llm.providers.litellm.lazy_exports import defer_exports

defer_exports()
"""
LISTING = """
import importlib, json, os, pkgutil, types
import openai

def exported(package):
    names = getattr(package, "__all__", None) or vars(package)
    values = {name: getattr(package, name) for name in list(names)}
    return {
        name: repr(value)
        for name, value in sorted(values.items())
        if name[0] != "_" and name != "annotations" and not isinstance(value, types.ModuleType)
    }

listing = {}
for root in ("openai.types", "openai.resources"):
    package = importlib.import_module(root)
    listing[root] = exported(package)
    for found in pkgutil.walk_packages(package.__path__, root + "."):
        module = importlib.import_module(found.name)
        if found.ispkg:
            listing[found.name] = exported(module)
print(json.dumps(listing), flush=True)
os._exit(0)
"""
CLIENT = """
import os, sys
import openai

client = openai.OpenAI(api_key="k")
"""
LOADED = """
modules = ("types.image", "types.batch", "resources.chat.chat", "resources.batches")
print(*[name for name in modules if f"openai.{name}" in sys.modules], flush=True)
os._exit(0)
"""


def run(program):
    """Return what a process says that runs `program`."""
    child = subprocess.run(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return child.stdout


def test_every_name_of_every_package_is_what_it_is_without_this():
    lazily, usually = json.loads(run(LAZILY + LISTING)), json.loads(run(LISTING))
    assert lazily == usually
    assert sum(map(len, usually.values())) > 1500


@pytest.mark.parametrize(
    ("use", "loaded"),
    [
        ("", ""),
        ("client.chat.completions.create", "resources.chat.chat"),
        ("client.with_raw_response.chat.completions.create", "resources.chat.chat"),
        ("client.batches.create", "types.batch resources.batches"),
        ("from openai.types import Image; Image(url='u')", "types.image"),
        ("openai.types.Image", "types.image"),
        ("assert 'Image' in dir(openai.types)", ""),
        ("assert not hasattr(openai.types, 'Picture')", ""),
    ],
)
def test_what_is_used_is_imported(use, loaded):
    assert run(f"{LAZILY}{CLIENT}{use}{LOADED}") == f"{loaded}\n"


@pytest.mark.parametrize("package", ["types", "resources"])
def test_whoever_wants_all_of_a_package_gets_it(package):
    program = f"{LAZILY}{CLIENT}from openai.{package} import *; print(len(vars()) > 50){LOADED}"
    assert run(program).startswith("True\n")


def test_the_import_of_litellm_is_lazy():
    program = "import os, sys\nfrom hello_llm.providers.litellm.loader import load; load()"
    assert "resources" not in run(program + LOADED)
