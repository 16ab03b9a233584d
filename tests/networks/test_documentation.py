"""Every example in ``docs/networks.md`` works as the page says, and every message is a real one."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT
from tests.documented.blocks import Block, pattern, sections, table
from tests.networks.certificates import Authority
from tests.networks.dns import Host
from tests.networks.documented.page import Reader
from tests.networks.documented.scenes import SCENES
from tests.networks.documented.stage import ENVIRON, Stage
from tests.networks.documented.troubles import TROUBLES
from tests.networks.namespace import DEAD_IPV4, Network

PAGE = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
SECTIONS = sections(PAGE)
MESSAGES = [row[0].strip("`") for row in table(PAGE, "What the messages mean")]
HOST = r"(?:nowhere|unresolved|firewalled|llm)\.example(?::443)?"
PLACEHOLDERS = {"HOST": HOST, "PROXY": r"http://proxy\.example:\d+", "VARIABLE": "LLM_KEY"}


@pytest.fixture(scope="module")
def warm(network: Network, authority: Authority, tmp_path_factory) -> Iterator[Reader]:
    """A reader whose warm process answers the calls of all others, which saves much time."""
    folder = tmp_path_factory.mktemp("warm")
    reader = Reader(folder, folder / ".run", authority.file, ENVIRON)
    reader.runtime.mkdir(mode=0o700)
    try:
        assert reader.shell("hello-llm warm start").code == 0
        yield reader
    finally:
        reader.shell("hello-llm warm stop")


@pytest.fixture
def stage(home, warm: Reader, authority: Authority, tmp_path, monkeypatch) -> Stage:
    """A stage with an empty home folder."""
    reader = Reader(home, warm.runtime, authority.file, ENVIRON)
    return Stage(reader, authority, tmp_path, monkeypatch)


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_example_works_as_the_page_says(heading, stage: Stage):
    assert heading in SCENES, f"no scene has the servers of the examples in {heading!r}"
    with SCENES[heading](stage):
        stage.reader.follow(SECTIONS[heading])


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_profile_is_used_by_a_command(heading):
    blocks = SECTIONS[heading]
    commands = "".join(block.text for block in blocks if block.language == "sh")
    for block in blocks:
        if block.language == "toml":
            profiles = tomllib.loads(block.text).get("profiles", {})
            assert [name for name in profiles if f"--profile {name} " not in commands] == []


def test_every_scene_is_on_the_page():
    assert SCENES.keys() == SECTIONS.keys()


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_is_a_real_one(message, stage: Stage):
    assert message in TROUBLES, f"nothing brings about {message!r}"
    failing, dead = Host(failure="SERVFAIL"), Host((DEAD_IPV4,))
    with stage.names("llm.example", "proxy.example", unresolved=failing, firewalled=dead):
        error = TROUBLES[message](stage)
    assert pattern(message, PLACEHOLDERS).fullmatch(error.message)


def test_every_trouble_is_on_the_page():
    assert list(TROUBLES) == MESSAGES


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (Block("sh", "exit 3\n"), "exited with 3"),
        (Block("sh", "true   # exits with 3\n"), "exited with 0"),
        (Block("toml", "version = 2\n"), "version"),
        (Block("python", "print()\n"), "nobody can try"),
    ],
)
def test_a_block_that_does_not_do_what_the_page_says_is_found(block, reason, stage: Stage):
    with pytest.raises(AssertionError, match=re.escape(reason)):
        stage.reader.follow([block])


def test_output_that_differs_from_the_page_is_found(stage: Stage):
    blocks = [Block("sh", "echo a\n"), Block("text", "b\n")]
    with pytest.raises(AssertionError, match="is not"):
        stage.reader.follow(blocks)
