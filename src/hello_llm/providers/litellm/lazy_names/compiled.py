"""A module that was split into what runs when it is imported and definitions that wait."""

from types import CodeType
from typing import NamedTuple

STAR = "__import_star__"
"""The function that is called in place of ``from module import *``."""


class Compiled(NamedTuple):
    """A module, ready to be executed."""

    code: CodeType
    """What runs when the module is imported."""
    definitions: dict[str, bytes]
    """The code that defines each name that waits, as ``marshal`` writes it."""
