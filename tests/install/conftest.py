"""A person with an empty home folder and a clone, on a machine with a package index."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.install.machine import Machine
from tests.install.person import Person


@pytest.fixture(scope="session")
def machine() -> Machine:
    """This machine, seen before a test gets its own home folder."""
    return Machine.from_environment()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = tmp_path / "hello-llm"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def person(machine: Machine, home: Path, clone: Path) -> Person:
    """Who installs the program."""
    machine.furnish(home)
    return Person(home, clone, machine)
