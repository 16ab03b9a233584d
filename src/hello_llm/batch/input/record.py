"""What every format of the input is read into."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

LARGEST_ROW = 16 * 2**20
"""The largest row, in bytes."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the input, before it is known what it asks."""

    line: int
    """The line on which it ends, from 1."""
    values: Mapping[str, object]
    """Its values by name."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read."""

    line: int
    """The line on which it ends, from 1."""
    reason: str
    """What is wrong with it."""


Read = Callable[[IO[bytes]], Iterator[Record | BadRecord]]
"""Reads the records of a file."""
