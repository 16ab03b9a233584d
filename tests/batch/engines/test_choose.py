"""The engine is chosen by its name, and options of another one are refused."""

import socket
import sys

import pytest

from hello_llm.batch.engines.choose import ENGINES, EngineOptions, engine_of
from hello_llm.calls.opening import open_provider
from hello_llm.contract import UnreachableError, UsageError

OPTIONS = EngineOptions(jobs=4, timeout_s=600.0)


def test_without_a_name_the_calls_are_made_in_threads():
    with engine_of(None)(OPTIONS) as opening:
        assert opening is open_provider


def test_an_unknown_engine_is_refused():
    with pytest.raises(UsageError, match=r'^--engine must be threads, ray or modal, not "dask"$'):
        engine_of("dask")


@pytest.mark.parametrize("name", ENGINES)
def test_options_of_another_engine_are_refused(name):
    options = EngineOptions(jobs=1, timeout_s=1.0, ray_address="a:1", modal_secrets=["b"])
    with pytest.raises(UsageError, match=r"^--(ray-address|modal-secret) is for --engine"):
        engine_of(name)(options).__enter__()


@pytest.mark.parametrize("name", ["ray", "modal"])
def test_an_engine_that_is_not_installed_is_named_with_its_extra(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=f"^--engine {name} needs {name.title()}$") as missing:
        engine_of(name)(OPTIONS).__enter__()
    assert missing.value.hint == f"pip install 'hello-llm[{name}]'"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_that_is_not_there_is_named(scheme, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", sys)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"{scheme}127.0.0.1:{port}"
    options = EngineOptions(jobs=4, timeout_s=600.0, ray_address=address)
    with pytest.raises(UnreachableError, match=f"^there is no Ray cluster at {address}$"):
        engine_of("ray")(options).__enter__()
