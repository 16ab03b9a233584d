"""Runs the program as a user does: in a process of its own, with a home folder and little else."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.shared_cache import SHARED_CACHE

COMMAND = (sys.executable, "-m", "hello_llm")
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of one run."""

    code: int
    """The exit code."""
    stdout: str
    """All of standard output."""
    stderr: str
    """All of standard error."""
    seconds: float
    """How long it took; starting Python and importing LiteLLM are some 1.5 s of it."""


def run(
    home: Path, *arguments: object, stdin: str | None = None, environ: Mapping[str, str] = {}
) -> Ended:
    """Run ``hello-llm`` with `arguments`.

    Args:
        home: its home folder and working folder.
        arguments: the command line.
        stdin: what is piped in; ``None`` is the null device.
        environ: what is set besides PATH, HOME, LANG and the runtime folder.
    """
    runtime = home / ".run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    bare = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(runtime),
        **SHARED_CACHE,
    }
    started = time.monotonic()
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=home,
        env=bare | dict(environ),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE_S,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - started)


def write_profile(home: Path, settings: str, *, name: str = "networks") -> Path:
    """Write the configuration with one profile; returns the file.

    Args:
        home: the home folder of `run`.
        settings: the profile's lines in TOML; tables below it are ``[profiles.NAME.…]``.
        name: the profile, which is the default one.
    """
    path = home / ".config" / "hello-llm" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f'version = 1\ndefault_profile = "{name}"\n\n[profiles.{name}]\n{settings}\n'
    path.write_text(text, encoding="utf-8")
    return path
