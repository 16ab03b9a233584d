"""Runs a command line in a shell, with a bare environment."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.shared_cache import SHARED_CACHE

_PATIENCE_S = 120.0
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def shell(
    command: str,
    *,
    home: Path,
    folder: Path,
    first: Path | None = None,
    environ: Mapping[str, str] = {},
    typed: str | None = None,
    interpreter: tuple[str, ...] = ("sh", "-c"),
    stderr: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run `command` in a shell without a terminal.

    Args:
        command: one or more lines.
        home: the home folder.
        folder: the working folder.
        first: the folder that is first on the PATH.
        environ: variables to set besides PATH, HOME and LANG.
        typed: standard input; ``None`` is the null device.
        interpreter: the shell.
        stderr: where standard error goes; ``subprocess.STDOUT`` puts it among the output.
    """
    path = [*([] if first is None else [str(first)]), os.environ.get("PATH", os.defpath), *_SBIN]
    bare = {"PATH": os.pathsep.join(path), "HOME": str(home), "LANG": "C.UTF-8", **SHARED_CACHE}
    return subprocess.run(
        [*interpreter, command],
        cwd=folder,
        env=bare | dict(environ),
        input=typed,
        stdin=subprocess.DEVNULL if typed is None else None,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        timeout=_PATIENCE_S,
        start_new_session=True,
        check=False,
    )
