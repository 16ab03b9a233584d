"""The file that these tests change."""

import pytest

from tests.settings.editing.samples import FILE


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(FILE.encode())
    return path
