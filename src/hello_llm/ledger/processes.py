"""Says which process made a reservation, and whether that process still runs."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

Fate = Literal["running", "gone", "elsewhere"]
"""Whether a process runs; ``elsewhere`` if only another machine or container could tell."""


class Process(NamedTuple):
    """A process, told apart from later ones that get the same number."""

    pid: int
    """Its number."""
    started: int | None
    """When it was started, in ticks since the system was; ``None`` if the system does not say."""
    host: str
    """The name of its machine."""
    boot: str | None
    """Identifies the start of the system; ``None`` if the system does not say."""
    namespace: str | None
    """The container in which it has this number, likewise."""


def this_process() -> Process:
    """Describe the process that asks."""
    pid = os.getpid()
    host, boot = os.uname().nodename, _text("/proc/sys/kernel/random/boot_id")
    return Process(pid, _started(pid), host, boot, _namespace())


def fate_of(process: Process, here: Process) -> Fate:
    """Return whether `process` still runs, as far as the process `here` can tell."""
    if process.boot != here.boot:
        return "gone" if process.host == here.host else "elsewhere"
    is_near = process.host == here.host if here.boot is None else True
    if not is_near or process.namespace != here.namespace:
        return "elsewhere"
    if not _exists(process.pid):
        return "gone"
    is_another = here.started is not None and process.started != _started(process.pid)
    return "gone" if is_another else "running"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _started(pid: int) -> int | None:
    """Return when the process was started; ``None`` if it has ended or the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        # The name of the program, in parentheses, may contain anything.
        state, *fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if state in {b"Z", b"X"} else int(fields[18])
    return None


def _namespace() -> str | None:
    with suppress(OSError):
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - the name of no file
    return None


def _text(path: str) -> str | None:
    with suppress(OSError, UnicodeDecodeError):
        return Path(path).read_text("ascii").strip()
    return None
