"""Each command of ``docs/container.md`` works, in the order of the page."""

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.container.conftest import build_command
from tests.container.engine import Engine
from tests.documented.blocks import sections
from tests.documented.pages import read
from tests.documented.reader import Reader
from tests.networks.programs import find

_PAGE = "docs/container.md"


@pytest.fixture
def reader(engine: Engine, home: Path, ollama_image: str) -> Reader:
    """Who follows the page in this clone, and has its image already."""
    for program in ("curl", "jq", "podman-compose"):
        find(program, program)
    return Reader(home, ROOT, engine.environ, frozenset({build_command()}))


def test_every_command_does_what_the_page_says(reader: Reader):
    for blocks in sections(read(_PAGE)).values():
        reader.follow(blocks)
    assert reader.skipped == [build_command()]


def test_the_page_names_what_a_build_is_given_here():
    """Beside the command itself, which makes the image of these tests."""
    page = read(_PAGE)
    for word in ("`--build-arg BASE=", "`--secret id=pip,", "`--secret id=certificates,"):
        assert word in page
