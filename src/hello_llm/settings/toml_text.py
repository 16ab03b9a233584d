"""A file that is TOML, or the problem that it is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hello_llm.settings import phrases
from hello_llm.settings.problems import Problem
from hello_llm.toml_file.positions import Position, Trail
from hello_llm.toml_file.reading import UnreadableError, read_toml


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, or why it cannot be read."""

    data: Mapping[str, Any]
    """The tables; empty if there is a problem."""
    positions: Mapping[Trail, Position] = field(default_factory=dict)
    """Where each key stands."""
    problem: Problem | None = None
    """What keeps the text from being TOML."""


def parse(content: bytes) -> Document:
    """Return `content` as TOML, or the problem that keeps it from being so."""
    try:
        return Document(*read_toml(content))
    except UnreadableError as error:
        detail = "" if error.detail is None else f": {phrases.name(error.detail)}"
        return Document({}, problem=Problem(error.reason + detail, error.hint, error.position))
