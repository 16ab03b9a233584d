"""Starts servers for the tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.serve.running import Running, serving

Serve = Callable[..., AbstractContextManager[Running]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """A function that runs ``hello-llm serve`` for a block."""
    return serving
