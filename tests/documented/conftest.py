"""A fresh home folder and a clone for each page, in a network that has the vendors' servers."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.documented.internet import Vendor, internet
from tests.documented.shell import shell
from tests.networks.certificates import Authority
from tests.networks.conftest import authority, network, quiet_substrate, refusals
from tests.networks.namespace import Network

__all__ = ["authority", "network", "quiet_substrate", "refusals"]

_COPIED = ("README.md", "config.example.toml", "docs/examples")
_GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@pytest.fixture(scope="package")
def vendors(
    network: Network,  # where they are
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Vendor]:
    """The vendors' servers, and one of the reader's own."""
    with internet(authority, tmp_path_factory.mktemp("internet")) as vendors:
        yield vendors


@pytest.fixture(scope="package")
def warm_runtime(vendors: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The runtime folder of a warm process, which answers the calls of most pages."""
    folder = tmp_path_factory.mktemp("warm")
    folder.chmod(0o700)
    environ = {"XDG_RUNTIME_DIR": str(folder)}
    first = Path(sys.executable).parent

    def warm(word: str) -> int:
        command = f"hello-llm warm {word}"
        return shell(command, home=folder, folder=folder, first=first, environ=environ).returncode

    try:
        assert warm("start") == 0
        yield folder
    finally:
        warm("stop")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the project, with `.venv`, in which a file has changed since the last commit."""
    folder = tmp_path / "hello-llm"
    for name in _COPIED:
        path, copy = ROOT / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, copy)
        else:
            shutil.copy(path, copy)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / ".gitignore").write_text(".venv\ntests\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Say hello"]):
        subprocess.run([*_GIT, *words], cwd=folder, check=True)
    with (folder / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("A changed line.\n")
    return folder
