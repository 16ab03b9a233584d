"""The image, built once; every test runs it, on machines that have podman."""

import shlex
import shutil
from collections.abc import Iterator

import pytest
import yaml

from tests.architecture.sources import ROOT
from tests.container.base import debian_base
from tests.container.engine import Engine, set_up
from tests.container.package_index import package_index
from tests.documented.blocks import commands, sections

_STORE = ROOT / ".container"
_HERE = ROOT / "tests" / "container"
_COMPOSE = ROOT / "docs" / "examples" / "container" / "compose.yaml"
collect_ignore_glob = [] if shutil.which("podman") else ["test_*.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer another base image: ``--base IMAGE``."""
    parser.addoption("--base", help="the base image; by default, one of Debian's packages")


def build_command() -> str:
    """Return the command that builds the image, as the page says."""
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    (block,) = sections(page)["Build"]
    (command,) = commands(block)
    return command.text


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Podman; the base image is kept for the next run, and what its builds leave is not."""
    engine = set_up(_STORE)
    try:
        yield engine
    finally:
        engine.run("rm", "--all", "--force", "--time=0", "--volumes")
        engine.run("volume", "rm", "--all", "--force")
        engine.run("network", "prune", "--force")
        engine.run("image", "prune", "--force")


@pytest.fixture(scope="session")
def base(engine: Engine, pytestconfig: pytest.Config) -> str:
    """The name of the base image."""
    named = pytestconfig.getoption("--base", default=None)
    return str(named or debian_base(engine, _STORE))


@pytest.fixture(scope="session", autouse=True)
def image(engine: Engine, base: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, built with the packages that this machine gets; returns its name."""
    # This has to run before a test changes the home folder, where pip's settings may be.
    secrets = package_index().arguments(tmp_path_factory.mktemp("secrets"))
    podman, *words, context = shlex.split(build_command())
    assert (podman, context) == ("podman", ".")
    engine.output(*words, f"--build-arg=BASE={base}", *secrets, ROOT)
    return "hello-llm"


@pytest.fixture(scope="session")
def ollama_image(engine: Engine, base: str) -> str:
    """The name of Ollama's image in the example; in this store, one that stands in for it."""
    services = yaml.safe_load(_COMPOSE.read_text(encoding="utf-8"))["services"]
    name = str(services["ollama"]["image"])
    engine.output("build", f"--build-arg=BASE={base}", f"--tag={name}", _HERE / "ollama")
    return name
