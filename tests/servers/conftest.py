"""The client that asks the servers."""

from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client that reads no proxy from the environment."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client
