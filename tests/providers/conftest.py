"""Loads LiteLLM once for all tests of the providers, and sees that they print nothing."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from hello_llm.providers.litellm.loader import load


@pytest.fixture(scope="session")
def litellm() -> Any:
    """The loaded module; loading takes two seconds."""
    return load()


@pytest.fixture(autouse=True)
def quiet_substrate() -> None:
    """Take up again the warnings that LiteLLM turns off when loaded: pytest resets them."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="litellm")
    # It builds its models at first use, and pydantic warns of one of them then.
    warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier", category=UserWarning)


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fail the test that lets a byte through to either stream."""
    yield
    assert capfd.readouterr() == ("", "")
