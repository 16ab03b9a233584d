"""Every test runs in an empty home and working folder, and reaches nothing beyond loopback."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from hello_llm.prices import aging
from hello_llm.prices.price_list import RELEASED
from hello_llm.providers.litellm.loader import load_lazily
from tests.guard import sitecustomize as network_guard
from tests.servers import Anthropic, Ollama, OpenAI, ScriptedServer
from tests.shared_cache import SHARED_CACHE
from tests.warm.running import Warm, warm_process

_XDG_FOLDERS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": ".run",
}
_SUFFIXES = ("_API_KEY", "_API_BASE", "_BASE_URL", "_PROXY", "_proxy")
_PREFIXES = ("LITELLM_", "OPENAI_", "CLICOLOR", "GITHUB_", "TTY_")
_NAMES = frozenset(
    {
        "COLORTERM",
        "COLUMNS",
        "FORCE_COLOR",
        "LINES",
        "NO_COLOR",
        "PYTHONUNBUFFERED",
        "TERM",
        "TERMINAL_WIDTH",
    }
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer other ways to run tests: ``--warm tests/cli``, ``--lazily tests/providers``."""
    parser.addoption("--warm", action="store_true", help="have a warm process answer each chat")
    parser.addoption("--lazily", action="store_true", help="import LiteLLM as a cold call does")


def pytest_configure(config: pytest.Config) -> None:
    """Drop what the caller's terminal, CI and keys would say, before anything reads it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a shell's `&` started
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in list(os.environ):
        if name in _NAMES or name.startswith(_PREFIXES) or name.endswith(_SUFFIXES):
            del os.environ[name]
    untimed = hypothesis.settings(hypothesis.settings(), deadline=None)  # no test is of time
    hypothesis.settings.register_profile("untimed", untimed)
    hypothesis.settings.load_profile("untimed")
    if config.getoption("--lazily"):
        load_lazily(Path(SHARED_CACHE["XDG_CACHE_HOME"], "hello-llm"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out with ``--warm`` what looks into the process of the program."""
    if config.getoption("--warm"):
        within = [item for item in items if item.get_closest_marker("in_process")]
        config.hook.pytest_deselected(items=within)
        items[:] = [item for item in items if item not in within]


@pytest.fixture(scope="session")
def shared_warmth(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warm | None]:
    """The warm process of all tests, with ``--warm``."""
    if not request.config.getoption("--warm"):
        yield None
        return
    with warm_process(tmp_path_factory.mktemp("runtime")) as warm:
        yield warm
        assert warm.calls > 0, "every call was made cold"


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    shared_warmth: Warm | None,
) -> Path:
    """An empty home folder, in which the XDG folders lie; the working folder is another."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    for name, below in _XDG_FOLDERS.items():
        monkeypatch.setenv(name, str(folder / below))
    for name, shared in SHARED_CACHE.items():
        monkeypatch.setenv(name, shared)
    if shared_warmth is not None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(shared_warmth.runtime))
    monkeypatch.chdir(tmp_path_factory.mktemp("work"))
    return folder


@pytest.fixture(autouse=True)
def refusals(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that lists what the network guard refused; the test fails if it is not empty."""
    log = home / "network-refusals"
    log.touch()
    folder = Path(network_guard.__file__).parent
    monkeypatch.setenv(network_guard.LOG_VARIABLE, str(log))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    yield log
    refused = log.read_text(encoding="utf-8")
    if refused:
        pytest.fail(f"this test reached beyond loopback:\n{refused}", pytrace=False)


@pytest.fixture(autouse=True)
def day_of_the_price_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the price list be new, and its models as far from retiring as when it was made."""
    monkeypatch.setattr(aging, "today", lambda: RELEASED[1])


@pytest.fixture
def openai_server() -> Iterator[ScriptedServer]:
    """A server that speaks OpenAI's protocol and plays the default script."""
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture
def ollama_server() -> Iterator[ScriptedServer]:
    """A server that speaks Ollama's protocol and plays the default script."""
    with ScriptedServer(Ollama()) as server:
        yield server


@pytest.fixture
def anthropic_server() -> Iterator[ScriptedServer]:
    """A server that speaks Anthropic's protocol and plays the default script."""
    with ScriptedServer(Anthropic()) as server:
        yield server
