"""A row of a batch: what to ask, and under which name the answer is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from hello_llm.contract import Message

RowId = str | int
"""What names a row in the input and in the output."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, checked and ready to be asked."""

    number: int
    """Its position in the input, from 1."""
    id: RowId
    """Its name, which no other row has."""
    messages: tuple[Message, ...]
    """What to ask."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """The values of settings that the row itself has, such as ``model``."""

    @property
    def key(self) -> str:
        """The ID as a text that no other ID has."""
        return key_of(self.id)


def key_of(row_id: RowId) -> str:
    """Return an ID as a text that no other ID has: ``7`` and ``"7"`` are two.

    >>> key_of(7), key_of("7")
    ('7', '"7"')
    """
    return json.dumps(row_id)
