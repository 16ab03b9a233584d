"""Reads what was typed, as Typer hands it on: the flags of settings, and paths."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hello_llm.settings import FIELDS


def flags(typed: Mapping[str, Any]) -> dict[str, object]:
    """Return what was typed for each setting; whether it is allowed is seen later."""
    return {
        key: FIELDS[key].kind.read(value) if isinstance(value, str) else value
        for key, value in typed.items()
        if key in FIELDS
    }


def path(typed: str | None) -> Path | None:
    """Return the path that was typed, if one was."""
    return None if typed is None else Path(typed)
