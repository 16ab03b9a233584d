"""Allows LiteLLM what it does wrong inside."""

import warnings

import pytest

TURNED_OFF = (
    "conflict with protected namespace",
    "Accessing the.*attribute on the instance is deprecated",
    "`ReadOnly` qualifier",
)
"""The warnings that LiteLLM turns off when it is loaded, at the top of its ``__init__.py``."""


@pytest.fixture(autouse=True)
def quiet_substrate() -> None:
    """Turn them off again: pytest resets what a test has turned off, and the import comes once."""
    for message in TURNED_OFF:
        warnings.filterwarnings("ignore", message=f".*{message}")
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="litellm")
