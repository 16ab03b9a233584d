"""Detects from an error that memory, descriptors or threads ran out, and which limit applies."""

import errno
import os
import re
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
_DESCRIPTOR_WORDS = re.compile(r"too many open files|\berror 2[34]\b")
_THREAD_WORDS = ("can't start new thread", "unable to start thread")
_NEARLY = 0.75
"""The share of the allowed memory whose use explains odd errors."""
_KIB, _MIB = 1024, 1024 * 1024
_ENOUGH_FILES = 1024


def explain(error: BaseException) -> Explanation | None:
    """Explain `error` if it means that a resource ran out; the caller walks its causes."""
    if isinstance(error, MemoryError):
        return _memory()
    if not isinstance(error, ImportError | OSError | RuntimeError):  # others may quote a server
        return None
    words = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.EMFILE, errno.ENFILE) or _DESCRIPTOR_WORDS.search(words):
        return _descriptors(number)
    if any(map(words.__contains__, _THREAD_WORDS)):
        return _memory() if _memory_limit() else _threads()
    if number == errno.ENOMEM or any(map(words.__contains__, _MEMORY_WORDS)):
        return _memory()
    return None


def explain_odd(_error: BaseException) -> Explanation | None:
    """Blame the memory limit for any error if nearly all of the memory was used.

    A failed allocation is not always reported as such: extensions in C and Rust raise whatever
    results from the null pointer they received.
    """
    limit, peak = _memory_limit(), _peak()
    return _memory() if limit and peak >= _NEARLY * limit else None


def require_memory(mib: int) -> None:
    """Check that this process may use `mib` MiB of address space in total.

    With slightly less, extensions abort the process or raise incomprehensible errors.

    Raises:
        MemoryError: the limit is lower.
    """
    limit = _memory_limit()
    if limit is not None and limit < mib * _MIB:
        raise MemoryError


def require_descriptors(count: int) -> None:
    """Check that `count` more files can be opened.

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
        return "there is not enough memory", "close some programs, or raise the limit: ulimit -v"
    return (
        f"there is not enough memory: this shell allows {limit // _MIB} MiB (ulimit -v)",
        "raise the limit before the call: ulimit -v unlimited",
    )


def _threads() -> Explanation:
    limit = _limit("RLIMIT_NPROC")
    allowed = "" if limit is None else f": this shell allows {limit} (ulimit -u)"
    return (
        f"cannot start a thread: there are too many processes and threads{allowed}",
        "raise the limit before the call, or close some programs: ulimit -u",
    )


def _memory_limit() -> int | None:
    """Return the memory limit in bytes, if there is one."""
    limits = [limit for name in ("RLIMIT_AS", "RLIMIT_DATA") if (limit := _limit(name))]
    return min(limits, default=None)


def _limit(name: str) -> int | None:
    """Return the soft limit called `name`; ``None`` if there is none."""
    try:
        import resource

        limit = resource.getrlimit(getattr(resource, name))[0]
    except Exception:  # noqa: BLE001 - nothing may fail here
        return None
    return None if limit in (resource.RLIM_INFINITY, -1) else limit


def _peak() -> int:
    """Return the peak size of the address space in bytes; 0 if the kernel does not report it."""
    if sys.platform != "linux":
        return 0
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - no pathlib here
            peak = next(line for line in file if line.startswith("VmPeak:"))
    except Exception:  # noqa: BLE001 - nothing may fail here
        return 0
    return int(peak.split()[1]) * _KIB
