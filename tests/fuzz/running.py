"""Runs cases, each in a fork of a process that has imported the program."""

import contextlib
import importlib
import os
import pkgutil
import resource
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hello_llm
from hello_llm.contract import ExitCode
from tests.fuzz.case import Case

HANGS_AFTER_S = 30.0
_MEMORY_LIMIT = 2 * 2**30
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TERM": "xterm-256color"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case."""

    number: int
    """The case."""
    subject: str
    """What was spoilt."""
    code: int | None
    """The exit code, negative for a signal; ``None`` if it had to be killed."""
    stderr: str
    """The end of standard error."""
    seconds: float
    """How long it took."""

    @property
    def parsed(self) -> bool:
        """Whether the input got past the parsers: whatever ends with USAGE may not have."""
        return self.code is not None and self.code != ExitCode.USAGE

    @property
    def fault(self) -> str:
        """What is wrong, if anything is."""
        if self.code is None:
            return f"hangs: still running after {HANGS_AFTER_S:.0f} s"
        if "Traceback (most recent call last)" in self.stderr:
            return "shows a traceback"
        if self.code == ExitCode.BUG:
            return "ends with exit code 70"
        return "" if self.code in set(ExitCode) else f"ends with {self.code}"


def import_all() -> None:
    """Import all that a run may, so that a fork has it; LiteLLM stays out."""
    for module in pkgutil.walk_packages(hello_llm.__path__, "hello_llm."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in (
        "jsonschema",
        "rich.console",
        "rich.table",
        "rich.syntax",
        "markdown_it",
        "tomlkit",
    ):
        importlib.import_module(name)


def prepare(case: Case, folder: Path) -> None:
    """Put the files of `case` into `folder`, beside a pipe that nobody writes to."""
    for below in ("work/folder", "home"):
        (folder / below).mkdir(parents=True)
    os.mkfifo(folder / "work/fifo")
    for name, content in case.files.items():
        (folder / "work" / name).write_bytes(content)
    (folder / "stdin").write_bytes(case.stdin)


def run(case: Case, folder: Path) -> Outcome:
    """Run `case` in `folder`, which is removed unless something is wrong."""
    prepare(case, folder)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _become(case, folder)
    code = _wait(child)
    seconds = time.monotonic() - began
    stderr = (folder / "stderr").read_bytes()[-4000:].decode(errors="replace")
    outcome = Outcome(case.number, case.subject, code, stderr, seconds)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _wait(child: int) -> int | None:
    """Return how `child` ended; what it leaves behind is killed."""
    handle = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([handle], [], [], HANGS_AFTER_S)
    finally:
        os.close(handle)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become(case: Case, folder: Path) -> None:
    """Turn this child into the program, and end with it."""
    code = 1
    try:
        os.setsid()
        os.chdir(folder / "work")
        os.environ.clear()
        os.environ.update(_ENVIRONMENT, HOME=str(folder / "home"))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
        for number, (name, flags) in enumerate(_streams()):
            opened = os.open(folder / name, flags, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        from hello_llm.cli.app import run as run_program

        code = int(run_program(case.arguments))
    except BaseException:  # noqa: BLE001 - nothing may go back to the loop of the parent
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _streams() -> Iterator[tuple[str, int]]:
    write = os.O_WRONLY | os.O_CREAT
    yield from (("stdin", os.O_RDONLY), ("stdout", write), ("stderr", write))
