"""Commands whose program is never run."""

from contextlib import closing

import pytest

from tests.bench.peers import Peers


@pytest.fixture
def peers(tmp_path):
    """The commands of every program."""
    with closing(Peers(tmp_path / "peers", program=tmp_path / "hello-llm")) as peers:
        yield peers
