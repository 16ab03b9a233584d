"""Limits the memory that a judgement may use."""

import resource
from contextlib import suppress

COMPUTING_BYTES = 1 << 30
"""Limit for a regular expression or a schema: the address space of its process."""
PROGRAM_BYTES = 2 << 30
"""Limit for a program: the data of each of its processes, and the memory used by all of them."""

_ADDRESS_SPACE = resource.getrlimit(resource.RLIMIT_AS)


def limit_computing() -> None:
    """Limit the memory of this process, which does the judging itself, and disable core dumps."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, COMPUTING_BYTES)


def limit_program() -> None:
    """Limit the memory of programs that this process starts; it no longer judges by itself.

    Programs such as Node and Java reserve far more address space than they use, so their data is
    limited instead.
    """
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, _ADDRESS_SPACE)
    _limit(resource.RLIMIT_DATA, PROGRAM_BYTES)


def in_words(amount: int) -> str:
    """Format an amount of bytes in GiB."""
    return f"{amount / (1 << 30):g} GiB"


def _limit(kind: int, most: int) -> None:
    """Set the soft limit `kind` to `most`, unless a lower limit already applies."""
    soft, hard = resource.getrlimit(kind)
    lowest = min(most if one == resource.RLIM_INFINITY else one for one in (soft, hard, most))
    with suppress(OSError, ValueError):  # macOS has limits that cannot be set
        resource.setrlimit(kind, (lowest, hard))
