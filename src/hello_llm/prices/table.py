"""Reads LiteLLM's table of models as a file, since importing LiteLLM takes a second."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = "model_prices_and_context_window_backup.json"


def mode_of(vendor: str, name: str) -> str | None:
    """Return the API of the model `name` of `vendor`, such as ``chat`` or ``responses``.

    Returns ``None`` if the table does not list it, or LiteLLM is not installed.
    """
    listed = table()
    rows = (listed.get(key, {}) for key in (name, f"{vendor}/{name}"))
    modes = (row.get("mode") for row in rows if row.get("litellm_provider") == vendor)
    return next(modes, None)


def table() -> dict[str, Any]:
    """Return the rows by the names that LiteLLM gives them; empty if it is not installed."""
    found = find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    rows: dict[str, Any] = json.loads((Path(found.origin).parent / _FILE).read_bytes())
    return rows
