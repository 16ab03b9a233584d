"""Loads LiteLLM once for all tests of the providers, and allows it what it does wrong inside."""

import warnings
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
