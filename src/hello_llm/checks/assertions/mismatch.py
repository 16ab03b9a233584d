"""Describes how an answer differs from an expectation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that an answer does not meet."""

    assertion: str
    """The key of the assertion in the file: ``contains``, ``json_path``, ``max_latency``."""
    expected: str
    """The expected value, as shown to a reader."""
    got: str
    """The actual value, as shown to a reader."""
