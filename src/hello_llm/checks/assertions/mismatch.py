"""How an answer falls short, as an assertion tells it."""

from typing import NamedTuple


class Mismatch(NamedTuple):
    """How an answer falls short, for a reader."""

    expected: str
    """What was expected."""
    got: str
    """What came instead."""
