"""A person who installs the program in an empty home folder, from a clone."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.documented.shell import shell
from tests.install.machine import Machine

_BASH = ("bash", "-e", "-c")


@dataclass(slots=True)
class Person:
    """Types commands in the clone."""

    home: Path
    clone: Path
    machine: Machine
    active: Path | None = None
    """The virtual environment that is active."""

    @property
    def environ(self) -> dict[str, str]:
        """The variables of the shell, besides HOME and LANG."""
        path = list(self.machine.path(self.home))
        environ = dict(self.machine.environ)
        if self.active is not None:
            path.insert(0, self.active / "bin")
            environ["VIRTUAL_ENV"] = str(self.active)
        return environ | {
            "PATH": os.pathsep.join(map(str, path)),
            "XDG_CACHE_HOME": str(self.machine.cache),
            "PIP_COMPILE": "0",  # most of the time that pip takes
        }

    def has(self, program: str) -> bool:
        """Whether `program` is on the PATH."""
        return shutil.which(program, path=self.environ["PATH"]) is not None

    def tries(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run `command`, which may fail."""
        return shell(
            command,
            home=self.home,
            folder=self.clone,
            environ=self.environ,
            interpreter=_BASH,
        )

    def types(self, command: str) -> str:
        """Run `command`, which has to succeed, and return its output."""
        ended = self.tries(command)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout
