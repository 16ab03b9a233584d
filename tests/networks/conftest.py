"""Every test here runs in a network of its own, which takes the place of the network guard."""

import warnings
from pathlib import Path

import pytest

from tests.guard import sitecustomize as network_guard
from tests.networks import namespace
from tests.networks.certificates import Authority
from tests.networks.namespace import Network


@pytest.fixture(scope="session", autouse=True)
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The network that this process is in, the same for all folders of tests that ask for one."""
    try:
        return namespace.enter_once(lambda: tmp_path_factory.mktemp("etc"))
    except namespace.IsolationError as error:
        pytest.fail(f"run these tests with `make test-networks`: {error}", pytrace=False)


@pytest.fixture(autouse=True)
def refusals(
    home: Path,
    network: Network,  # without it the guard stays
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lift the guard, which would refuse every name and every address beyond loopback."""
    for check in ("_guard_lookup", "_guard_address"):
        monkeypatch.setattr(network_guard, check, lambda *_: None)


@pytest.fixture(autouse=True)
def quiet_substrate() -> None:
    """Take up again the warnings that LiteLLM turns off when loaded: pytest resets them."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="litellm")
    warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier", category=UserWarning)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of all tests; a client trusts it only through its file."""
    return Authority(tmp_path_factory.mktemp("authority"))
