"""What the system knows about processes: their states, their children, their memory."""

import os
from pathlib import Path

from hello_llm.warm.spare import NAME
from tests.cli.calls import until


def children(pid: int) -> list[int]:
    """Return the forks of the warm process `pid` that answer a call and are not waited for yet."""
    return [child for child in _children(pid) if not _is_spare(child)]


def spares(pid: int) -> list[int]:
    """Return the spare of the warm process `pid`, if it has one."""
    return [child for child in _children(pid) if _is_spare(child)]


def only_child(pid: int) -> int:
    """Return the one process that `pid` has left when those that just end are gone."""
    found: list[int] = []

    def looked() -> bool:
        found[:] = children(pid)
        return len(found) == 1

    until(looked)
    return found[0]


def holders(runtime: Path, *, spare: bool = True) -> list[int]:
    """Return the warm processes that are met below the folder `runtime`, and their forks.

    Args:
        runtime: the runtime folder.
        spare: whether to return spares too.
    """
    meeting = b"XDG_RUNTIME_DIR=" + os.fsencode(runtime)
    return [
        pid
        for pid in _all()
        if b"hello_llm.cli.holder" in _read(pid, "cmdline").split(b"\0")
        and meeting in _read(pid, "environ").split(b"\0")
        and (spare or not _is_spare(pid))
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


def descriptors(pid: int) -> int:
    """Return how many descriptors `pid` has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _children(pid: int) -> list[int]:
    return [child for child in _all() if _stat(child)[1:2] == [str(pid)]]


def _is_spare(pid: int) -> bool:
    return _read(pid, "comm") == f"{NAME}\n".encode()


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
