"""What the system knows about processes: their states, their children, their memory."""

import os
from pathlib import Path

from tests.cli.calls import until


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started and that have not been waited for."""
    return [child for child in _all() if _stat(child)[1:2] == [str(pid)]]


def only_child(pid: int) -> int:
    """Return the one process that `pid` has left when those that just end are gone."""
    until(lambda: len(children(pid)) == 1)
    (child,) = children(pid)
    return child


def holders(runtime: Path) -> list[int]:
    """Return the warm processes that are met below the folder `runtime`, and their forks."""
    meeting = b"XDG_RUNTIME_DIR=" + os.fsencode(runtime)
    return [
        pid
        for pid in _all()
        if b"hello_llm.cli.holder" in _read(pid, "cmdline").split(b"\0")
        and meeting in _read(pid, "environ").split(b"\0")
    ]


def state(pid: int) -> str:
    """Return the letter for the state of `pid`: ``T`` if it is stopped; empty if it is gone."""
    return "".join(_stat(pid)[:1])


def gone(pid: int) -> bool:
    """Whether `pid` has ended, be it waited for or not."""
    return state(pid) in {"", "Z"}


def resident_kib(pid: int) -> int:
    """Return the memory that `pid` occupies, in KiB."""
    lines = _read(pid, "status").decode().splitlines()
    (size,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(size)


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name of the program, which may hold spaces itself."""
    return _read(pid, "stat").decode(errors="replace").rpartition(")")[2].split()


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has just ended
        return b""
