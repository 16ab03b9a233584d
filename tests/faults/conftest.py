"""The client that asks the faults."""

from collections.abc import Iterator

import httpx
import pytest

from tests.faults.asking import PATIENCE_S


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client that reads no proxy from the environment and follows no redirect."""
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
        yield client
