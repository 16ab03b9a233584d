"""Allows LiteLLM what it does wrong inside."""

import warnings

import pytest


@pytest.fixture(autouse=True)
def quiet_substrate() -> None:
    """Take up again the warnings that LiteLLM turns off when loaded: pytest resets them."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="litellm")
