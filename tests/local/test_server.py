"""Serving a model, with llama.cpp replaced; tests/integration has the real one."""

import signal
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pytest

from hello_llm.contract import UsageError
from hello_llm.local import serve
from hello_llm.machine.installation import install_extra

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class FakeServer:
    """Records what it was started with, and when it goes."""

    started: ClassVar[list[SimpleNamespace]] = []
    gone = 0
    listening_address = "http://127.0.0.1:4242"

    def __init__(self, params):
        FakeServer.started.append(params)

    def __del__(self):
        FakeServer.gone += 1


def llama(server) -> ModuleType:
    """A stand-in for the module xllamacpp."""
    module = ModuleType("xllamacpp")
    module.CommonParams = lambda: SimpleNamespace(model=SimpleNamespace())  # type: ignore[attr-defined]
    module.Server = server  # type: ignore[attr-defined]
    return module


def test_a_model_is_served_on_loopback_for_the_length_of_the_block(monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", llama(FakeServer))
    monkeypatch.setattr(FakeServer, "started", [])
    monkeypatch.setattr(FakeServer, "gone", 0)
    with serve(Path("/m.gguf"), "mine") as base:
        assert base == "http://127.0.0.1:4242/v1"
        assert FakeServer.gone == 0
    assert FakeServer.gone == 1
    (params,) = FakeServer.started
    assert (params.hostnames, params.port, params.model_alias) == (["127.0.0.1"], 0, {"mine"})
    assert (params.model.path, params.verbosity) == ("/m.gguf", -1)


@pytest.fixture
def handlers():
    """The handlers of a run that was started with SIGTERM ignored."""
    before = {number: signal.getsignal(number) for number in STOPPING}
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield {number: signal.getsignal(number) for number in STOPPING}
    for number, handler in before.items():
        signal.signal(number, handler)


def test_loading_which_hears_no_signal_may_be_ended_by_one(monkeypatch, handlers):
    loading = {}

    class Slow(FakeServer):
        def __init__(self, params):
            loading.update({number: signal.getsignal(number) for number in STOPPING})

    monkeypatch.setitem(sys.modules, "xllamacpp", llama(Slow))
    with serve(Path("/m.gguf"), "mine"):
        assert {number: signal.getsignal(number) for number in STOPPING} == handlers
    assert loading == {
        signal.SIGINT: signal.SIG_DFL,
        signal.SIGTERM: signal.SIG_IGN,
        signal.SIGHUP: signal.SIG_DFL,
    }


def test_a_file_that_cannot_be_loaded_is_said(monkeypatch):
    def refuse(_params):
        raise RuntimeError("bad tensor")

    monkeypatch.setitem(sys.modules, "xllamacpp", llama(refuse))
    with (
        pytest.raises(UsageError, match=r"^cannot load the model file /m\.gguf: bad tensor$"),
        serve(Path("/m.gguf"), "mine"),
    ):
        pass


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UsageError) as caught, serve(Path("/m.gguf"), "mine"):
        pass
    assert caught.value.message == "local models need the extra 'local'"
    assert caught.value.hint == install_extra("local")
