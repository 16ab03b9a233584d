"""Whatever happens in a call, the adapter and all beneath it print nothing."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fail the test that lets a byte through to either stream."""
    yield
    assert capfd.readouterr() == ("", "")
