"""Finds and kills the descendants of this process, including those that tried to escape."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_TIMEOUT_S = 1.0
_A_MOMENT_S = 0.002
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when its parent ends (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def kill_all(leader: int) -> None:
    """Kill and reap `leader`, its process group, and all descendants of this process.

    A process of another user cannot be killed; it is left running after a second.
    """
    ends_at = time.monotonic() + _TIMEOUT_S
    with suppress(OSError):
        os.kill(leader, signal.SIGKILL)  # it may not have its own group yet
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)  # all at once, however fast they fork
    while _has_children() and time.monotonic() < ends_at:
        for process in descendants():
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_A_MOMENT_S)


def descendants() -> Iterator[int]:
    """Yield the known descendants of this process, parents first."""
    waiting = [os.getpid()]
    while waiting:
        parent = waiting.pop()
        for child in _children(parent):
            yield child
            waiting.append(child)


def more_memory_than(most_bytes: int) -> bool:
    """Return whether the descendants use more memory; memory that they share counts once."""
    processes = list(descendants())
    if sum(map(_resident, processes)) <= most_bytes:
        return False
    return sum(map(_proportional, processes)) > most_bytes


def _has_children() -> bool:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _children(parent: int) -> list[int]:
    """Return the children of all threads of `parent`."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    except FileNotFoundError:
        return found or _children_by_scan(parent)
    except OSError:
        pass
    return found


def _children_by_scan(parent: int) -> list[int]:
    """Return the children of `parent` on kernels that do not list them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            # The name of the program, in parentheses, may contain anything.
            state, its_parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            if int(its_parent) == parent and state != b"Z":
                found.append(int(folder.name))
    return found


def _resident(process: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * _PAGE
    return 0


def _proportional(process: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return _resident(process)
