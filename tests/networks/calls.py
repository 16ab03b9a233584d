"""Calls over these networks: from Python in this process, or by the program with a profile."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hello_llm import HelloLLMError
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from tests.networks.running import Ended, run, write_profile

ANSWER = "Hello, world!"
"""What a scripted server answers by default."""
NO_RETRY = ("--retries", "0")
MARGIN_S = 0.45
"""How much later than its deadline a call may end while the tests share their machine."""


def provider(
    base: str,
    *,
    environ: Mapping[str, str] = {},
    model: str = "openai/m",
    **settings: Any,
) -> LiteLLMProvider:
    """A provider for the server at `base`, which knows only the variables in `environ`."""
    return LiteLLMProvider(model=model, api_base=base, environ=environ, **settings)


def answer(base: str, **settings: Any) -> str:
    """The text that the server at `base` answers."""
    return provider(base, **settings).chat("hi").text


def failure(base: str, **settings: Any) -> HelloLLMError:
    """The error with which a call to `base` ends."""
    with pytest.raises(HelloLLMError) as raised:
        provider(base, **settings).chat("hi")
    return raised.value


def timed(base: str, **settings: Any) -> tuple[float, str | HelloLLMError]:
    """The seconds that a call to `base` takes without LiteLLM's import, and its outcome."""
    asked = provider(base, **settings)
    asked.describe("hi", stream=False)
    started = time.monotonic()
    try:
        outcome: str | HelloLLMError = asked.chat("hi").text
    except HelloLLMError as error:
        outcome = error
    return time.monotonic() - started, outcome


def write_call(home: Path, base: str, *lines: str, model: str = "openai/m") -> Path:
    """Write a profile for the server at `base`, with more `lines`; returns the file."""
    settings = ['provider = "litellm"', f'model = "{model}"', f'api_base = "{base}"', *lines]
    return write_profile(home, "\n".join(settings))


def ask(home: Path, *flags: object, environ: Mapping[str, str] = {}) -> Ended:
    """Let the program ask ``hi`` with the profile that was written."""
    return run(home, "chat", *flags, "hi", environ=environ)


def reply(ended: Ended) -> dict[str, Any]:
    """The document that ``--json`` wrote; its error has the exit code of the run."""
    document: dict[str, Any] = json.loads(ended.stdout)
    assert document["exit_code"] == ended.code
    return document


def findings(home: Path, *flags: object, environ: Mapping[str, str] = {}) -> dict[str, Any]:
    """What ``doctor`` finds, by name: each with ``status``, ``message`` and ``repair``."""
    ended = run(home, "doctor", "--json", *flags, environ=environ)
    document = json.loads(ended.stdout)
    assert document["exit_code"] == ended.code
    return {"exit_code": ended.code} | {one["name"]: one for one in document["findings"]}
