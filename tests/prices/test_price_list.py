"""The list is read as a file, and has the date of the LiteLLM that it came with."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires

import pytest

from hello_llm.prices import price_list
from hello_llm.prices.catalogue import Catalogue


def test_the_date_belongs_to_the_version_that_is_pinned():
    (pin,) = re.findall(
        r"^litellm *== *([\w.]+)", "\n".join(requires("hello-llm") or ()), re.MULTILINE
    )
    assert price_list.RELEASED[0] == pin, "give RELEASED the version and the date of its wheel"


@pytest.mark.parametrize("other", ["1.106.1", "2.0"])
def test_a_list_of_another_version_has_no_date(monkeypatch, other):
    assert price_list.list_date() == price_list.RELEASED[1]
    monkeypatch.setattr(price_list, "version", lambda _: other)
    assert price_list.list_date() is None


def test_without_litellm_there_is_no_list(monkeypatch):
    def missing(_):
        raise PackageNotFoundError

    monkeypatch.setattr(price_list, "version", missing)
    monkeypatch.setattr(price_list, "find_spec", lambda _: None)
    assert price_list.list_date() is None
    assert price_list.read_rows.__wrapped__() == {}


def test_listing_models_imports_neither_litellm_nor_a_client():
    code = (
        "import sys; from hello_llm.cli.app import run;"
        " assert run(['models', 'claude', '--can', 'vision', '--json']) == 0;"
        " print(sorted({'litellm', 'openai', 'httpx', 'rich.console'} & sys.modules.keys()),"
        " file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == "[]\n"
    assert ended.stdout.startswith('{"schema": "hello-llm.models/1", "ok": true')


@pytest.mark.parametrize("name", ["azure/model-router", "azure_ai/model_router"])
def test_the_fee_of_a_router_is_no_price(name):
    model = Catalogue.installed({}).find(name)
    assert model is not None
    assert model.rates == ()
    assert model.price_source is None
