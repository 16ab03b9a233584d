"""Allows LiteLLM what it does wrong inside: rows are run in the process of the tests."""

import warnings

import pytest

from tests.cli.conftest import TURNED_OFF


@pytest.fixture(autouse=True)
def quiet_substrate() -> None:
    """Turn off again what LiteLLM turns off when it is loaded: pytest resets it for each test."""
    for message in TURNED_OFF:
        warnings.filterwarnings("ignore", message=f".*{message}")
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="litellm")
