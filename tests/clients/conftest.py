"""Starts servers for the tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.util import find_spec

import pytest

from tests.serve.running import Running, serving

collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

Serve = Callable[..., AbstractContextManager[Running]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """A function that runs ``hello-llm serve`` for a block."""
    return serving
