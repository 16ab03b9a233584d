"""Reads LiteLLM's price list as a file, since importing LiteLLM takes a second."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = "model_prices_and_context_window_backup.json"

RELEASED = ("1.106.2", date(2026, 10, 21))
"""The pinned LiteLLM and the day on which its wheel, which contains the list, was built.

The list has no date, and pip gives an installed file the time of its installation.
"""


def mode_of(vendor: str, name: str) -> str | None:
    """Return the API of the model `name` of `vendor`, such as ``chat`` or ``responses``.

    Returns ``None`` if the list does not have it, or LiteLLM is not installed.
    """
    listed = read_rows()
    rows = (listed.get(key, {}) for key in (name, f"{vendor}/{name}"))
    modes = (row.get("mode") for row in rows if row.get("litellm_provider") == vendor)
    return next(modes, None)


@cache
def read_rows() -> Mapping[str, Any]:
    """Return the rows by the names that LiteLLM gives them; empty if it is not installed."""
    found = find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    rows: dict[str, Any] = json.loads((Path(found.origin).parent / _FILE).read_bytes())
    return rows


def list_date() -> date | None:
    """Return the date of the installed list; ``None`` for one of any other LiteLLM."""
    known, released = RELEASED
    try:
        return released if version("litellm") == known else None
    except PackageNotFoundError:
        return None
