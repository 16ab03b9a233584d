"""Tells by an error that memory, descriptors or threads ran out, and which limit was reached."""

import errno
import os
import sys

Explanation = tuple[str, str]
"""What happened, and what to do about it."""

_MEMORY_WORDS = (
    "cannot allocate memory",
    "failed to map segment",
    "cannot map zero-fill pages",
    "static tls block",
    "memory allocation of",
    "out of memory",
)
_DESCRIPTOR_WORDS = ("too many open files", "error 24", "error 23")
_THREAD_WORDS = ("can't start new thread", "unable to start thread")
_NEARLY = 0.75
"""The share of the allowed memory that, once it was taken, explains odd errors."""
_KIB, _MIB = 1024, 1024 * 1024
_ENOUGH_FILES = 1024


def explain(error: BaseException) -> Explanation | None:
    """Name the resource that ran out if `error` is about that; the caller walks its causes."""
    if isinstance(error, MemoryError):
        return _memory()
    if not isinstance(error, ImportError | OSError | RuntimeError):  # others quote a server
        return None
    words = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.EMFILE, errno.ENFILE) or any(map(words.__contains__, _DESCRIPTOR_WORDS)):
        return _descriptors(number)
    if any(map(words.__contains__, _THREAD_WORDS)):
        return _memory() if _memory_limit() else _threads()
    if number == errno.ENOMEM or any(map(words.__contains__, _MEMORY_WORDS)):
        return _memory()
    return None


def explain_odd(_error: BaseException) -> Explanation | None:
    """Blame a limit of the memory for any error if nearly all of that was taken.

    What fails to allocate does not always say so: extensions written in C and Rust raise whatever
    comes of the null pointer that they got.
    """
    limit, peak = _memory_limit(), _peak()
    return _memory() if limit and peak >= _NEARLY * limit else None


def require_memory(mib: int) -> None:
    """Make sure that as much address space may be taken in all.

    With a little less, extensions abort the process or raise what nobody can understand.

    Raises:
        MemoryError: the limit is lower.
    """
    limit = _memory_limit()
    if limit is not None and limit < mib * _MIB:
        raise MemoryError


def require_descriptors(count: int) -> None:
    """Make sure that so many more files can be opened.

    Raises:
        OSError: they cannot.
    """
    opened: list[int] = []
    try:
        while len(opened) < count:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _descriptors(number: int | None) -> Explanation:
    if number == errno.ENFILE:
        return "the machine has too many open files", "close some programs, and try again"
    limit = _limit("RLIMIT_NOFILE")
    allowed = "" if limit is None else f": this shell allows {limit} (ulimit -n)"
    more = max(_ENOUGH_FILES, 4 * (limit or 0))
    return f"too many files are open{allowed}", f"raise the limit before the call: ulimit -n {more}"


def _memory() -> Explanation:
    limit = _memory_limit()
    if limit is None:
        return "the memory is not enough", "close some programs, or raise the limit: ulimit -v"
    return (
        f"the memory is not enough: this shell allows {limit // _MIB} MiB (ulimit -v)",
        "raise the limit before the call: ulimit -v unlimited",
    )


def _threads() -> Explanation:
    limit = _limit("RLIMIT_NPROC")
    allowed = "" if limit is None else f": this shell allows {limit} (ulimit -u)"
    return (
        f"no thread can be started, there are too many processes and threads{allowed}",
        "raise the limit before the call, or close some programs: ulimit -u",
    )


def _memory_limit() -> int | None:
    """The memory limit in bytes, if there is one."""
    limits = [limit for name in ("RLIMIT_AS", "RLIMIT_DATA") if (limit := _limit(name))]
    return min(limits, default=None)


def _limit(name: str) -> int | None:
    """Return the limit of that name that is in force; ``None`` if there is none."""
    try:
        import resource

        limit = resource.getrlimit(getattr(resource, name))[0]
    except Exception:  # noqa: BLE001 - nothing may fail here
        return None
    return None if limit in (resource.RLIM_INFINITY, -1) else limit


def _peak() -> int:
    """The peak size of the address space in bytes, where the kernel reports it."""
    if sys.platform != "linux":
        return 0
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - no pathlib here
            peak = next(line for line in file if line.startswith("VmPeak:"))
    except Exception:  # noqa: BLE001 - nothing may fail here
        return 0
    return int(peak.split()[1]) * _KIB
