"""Each command of the README and of each page does what the page says, in a fresh home folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.documented.blocks import commands_in_tables, sections
from tests.documented.claims import CLAIMS
from tests.documented.internet import Vendor, ollama
from tests.documented.pages import NOT_RUN, TABLES_OF_COMMANDS, TRIED_ELSEWHERE, pages, read
from tests.documented.reader import Reader

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_API_KEY", "WORK_OPENAI_KEY")
ENVIRON = {
    **dict.fromkeys(KEYS, "key-of-the-reader"),
    "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody listens there: who obeys it, fails
    "EDITOR": "true",
}
TRIED = [page for page in pages() if page not in TRIED_ELSEWHERE and sections(read(page))]
WITHOUT_OLLAMA = {"docs/doctor.md"}
COLD = {"docs/doctor.md", "docs/faq.md", "docs/speed.md"}
"""The pages on which a warm process matters; they have none at first."""
INSTALLING = {"README.md"}
"""The pages that put the program on the PATH."""


@pytest.fixture
def ollama_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ollama, unless the page says that it does not run."""
    if request.node.callspec.params["page"] in WITHOUT_OLLAMA:
        yield
        return
    with ollama():
        yield


@pytest.fixture
def reader(page: str, home: Path, clone: Path, request: pytest.FixtureRequest) -> Reader:
    """Who follows `page`."""
    own = home / ".run"
    own.mkdir(mode=0o700)
    runtime = own if page in COLD else request.getfixturevalue("warm_runtime")
    return Reader(
        home,
        clone,
        ENVIRON | {"XDG_RUNTIME_DIR": str(runtime)},
        not_run=frozenset(command for at, command in NOT_RUN if at == page),
        installed=page not in INSTALLING,
    )


@pytest.mark.parametrize("page", TRIED)
@pytest.mark.usefixtures("ollama_server")
def test_every_example_does_what_the_page_says(page: str, reader: Reader, vendors: Vendor):
    vendors.requests.clear()
    for blocks in sections(read(page)).values():
        reader.follow(blocks)
    if page in TABLES_OF_COMMANDS:
        for command in commands_in_tables(read(page)):
            reader.run(command)
    if page in CLAIMS:
        CLAIMS[page](vendors.requests)
    assert set(reader.skipped) == reader.not_run, "NOT_RUN has commands that are not on the page"


def test_nothing_is_said_about_pages_that_do_not_exist():
    said = {page for page, _ in NOT_RUN} | CLAIMS.keys() | TABLES_OF_COMMANDS
    assert said | WITHOUT_OLLAMA | COLD | INSTALLING <= set(TRIED)
    assert TRIED_ELSEWHERE.keys() <= set(pages())


@pytest.mark.parametrize(("page", "test"), TRIED_ELSEWHERE.items())
def test_a_page_that_is_tried_elsewhere_is_named_there(page, test):
    assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages())
def test_no_block_is_hidden_in_a_list_or_a_quotation(page):
    hidden = [line for line in read(page).splitlines() if line.lstrip(" >-").startswith("```")]
    assert [line for line in hidden if not line.startswith("```")] == []
