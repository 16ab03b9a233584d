"""Editors and type checkers know the options of each provider, and a typo is an error."""

import inspect
import re
import subprocess
import sys
from typing import Any, get_overloads

import pytest

from hello_llm import UsageError, get_provider
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from hello_llm.providers.mock.provider import MockProvider
from hello_llm.providers.mock.scripted import ScriptedMock
from tests.architecture.sources import ROOT

MOCK: Any = "mock"
"""Hides from the type checker that the call is wrong."""
CLASSES = [MockProvider, ScriptedMock, LiteLLMProvider]
NAMES: dict[Any, Any] = {MockProvider: "mock", ScriptedMock: "mock", LiteLLMProvider: "litellm"}
CALLS = """\
from pathlib import Path
from hello_llm import LLMProvider, get_provider

get_provider("mock")
get_provider("mock", model="mock/a", script=None).chat("hi")
get_provider("mock", script=Path("a.toml"), timeout=None).finish()
get_provider("litellm", model="openai/a", headers={"A": "b"}, ca_file=Path("a.pem"))
get_provider("litellm", modle="openai/a")  # refused
get_provider("litellm", timeout="10")  # refused
get_provider("mock", api_base="http://localhost")  # refused
get_provider("mock").finish()  # refused

def known_later(name: str) -> LLMProvider:
    return get_provider(name)
"""


def parameters(function) -> dict[str, inspect.Parameter]:
    """The parameters of `function` besides the provider's name, by name."""
    found = inspect.signature(function).parameters
    return {key: found[key] for key in found if key != "name"}


@pytest.mark.parametrize("kind", CLASSES)
def test_the_typed_options_are_those_of_the_class(kind):
    typed = parameters(get_overloads(get_provider)[CLASSES.index(kind)])
    taken = parameters(kind)
    assert typed.keys() - {"script"} == taken.keys() - {"script"}
    for key in taken:
        assert _plain(typed[key]) == _plain(taken[key]), key


def _plain(parameter: inspect.Parameter) -> str:
    """The annotation of `parameter`, with the names of types but not of their modules."""
    return re.sub(r"\w+\.|'", "", inspect.formatannotation(parameter.annotation))


def test_a_type_checker_refuses_what_the_provider_would_refuse(tmp_path):
    program = tmp_path / "calls.py"
    program.write_text(CALLS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--hide-error-context",
    ]
    where = ["--cache-dir", str(tmp_path), "--follow-imports=silent", str(program)]
    ended = subprocess.run(
        [*command, *where],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    refused = {int(line) for line in re.findall(r"calls\.py:(\d+): error", ended.stdout)}
    lines = enumerate(CALLS.splitlines(), 1)
    assert refused == {number for number, line in lines if "# refused" in line}, ended.stdout


@pytest.mark.parametrize("kind", CLASSES)
def test_a_typo_gets_the_nearest_option(kind, tmp_path):
    script = tmp_path / "a.toml"
    scripted = {"script": script} if kind is ScriptedMock else {}
    for key in parameters(kind).keys() - {"script"}:
        typo = f"{key[:-2]}{key[-1]}{key[-2]}x"
        with pytest.raises(UsageError) as caught:
            get_provider(NAMES[kind], **scripted, **{typo: None})
        assert caught.value.message == f"the provider {NAMES[kind]} has no option {typo!r}"
        assert caught.value.hint == f"did you mean {key!r}?"


def test_an_option_like_no_other_gets_all_of_them():
    with pytest.raises(UsageError) as caught:
        get_provider(MOCK, api_base="http://localhost")
    assert caught.value.hint == "its options are model"
