"""How much memory a judgement may take."""

import resource
from contextlib import suppress

COMPUTING_BYTES = 1 << 30
"""What a regular expression or a schema may take: the address space of its process."""
PROGRAM_BYTES = 2 << 30
"""What a program may take: the data of each of its processes, and what all of them occupy."""

_ADDRESS_SPACE = resource.getrlimit(resource.RLIMIT_AS)


def limit_computing() -> None:
    """Limit what this process may take, which judges by itself."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, COMPUTING_BYTES)


def limit_program() -> None:
    """Limit what programs that this process starts may take; it computes nothing itself any more.

    Programs such as Node and Java reserve far more addresses than they use: their data count.
    """
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, _ADDRESS_SPACE)
    _limit(resource.RLIMIT_DATA, PROGRAM_BYTES)


def in_words(amount: int) -> str:
    """Return an amount in bytes as one of GiB."""
    return f"{amount / (1 << 30):g} GiB"


def _limit(kind: int, most: int) -> None:
    """Limit `kind`, unless it is limited to less already."""
    soft, hard = resource.getrlimit(kind)
    lowest = min(most if one == resource.RLIM_INFINITY else one for one in (soft, hard, most))
    with suppress(OSError, ValueError):  # macOS knows limits that it lets nobody set
        resource.setrlimit(kind, (lowest, hard))
