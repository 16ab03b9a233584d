"""How an answer differs from what was expected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that an answer does not meet."""

    assertion: str
    """Its key in the file: ``contains``, ``json_path``, ``max_latency``."""
    expected: str
    """What was expected, for a reader."""
    got: str
    """What came instead, for a reader."""
