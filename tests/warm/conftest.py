"""Warm processes for the tests: one for all that leave it as it is, or one of their own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hello_llm.warm import control
from tests.warm.running import Warm, told, warm_process


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a warm process where there can be none."""
    missing = control.unavailable() if sys.platform == "linux" else "not on Linux"
    for item in items if missing else ():
        item.add_marker(pytest.mark.skip(reason=missing or ""))


@pytest.fixture(autouse=True)
def runtime(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The runtime folder of the test, in which no warm process is met yet."""
    folder = home / ".run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    if (folder / "hello-llm").is_dir():
        told({"XDG_RUNTIME_DIR": str(folder)}, "stop")


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """A warm process that every test leaves as it found it."""
    with warm_process(tmp_path_factory.mktemp("runtime")) as warm:
        yield warm


@pytest.fixture
def warm(shared: Warm, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Warm:
    """That process, which is met in this test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shared.runtime))
    return shared


@pytest.fixture
def own(runtime: Path) -> Iterator[Warm]:
    """A warm process of the test's own, which it may end as it likes."""
    with warm_process(runtime) as warm:
        yield warm
