"""Every test here runs in a network of its own, and only where Ray and Modal are installed."""

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from tempfile import TemporaryDirectory

import pytest

from tests.networks.conftest import network, quiet_substrate, refusals
from tests.networks.namespace import Network
from tests.networks.programs import find

__all__ = ["network", "quiet_substrate", "refusals"]

collect_ignore_glob = [] if find_spec("ray") and find_spec("modal") else ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def own_address(network: Network) -> None:
    """An address of this machine's own, to which Ray keeps, and complains if there is none."""
    command = [find("ip", "iproute2"), "route", "add", "default", "dev", "dead0"]
    subprocess.run(command, check=True)


@pytest.fixture(autouse=True)
def ray_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for Ray's files; the paths of its sockets must be short."""
    with TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("RAY_TMPDIR", folder)
        # Ray notes once in a process whether there is a token, and each test has another home.
        monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
        yield


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the servers get; nodes and actors started in a test have it as well."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-cluster-key")
