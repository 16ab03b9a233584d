"""The JSON Schemas of what ``--json`` prints, as they ship with the package."""

import json
from importlib.resources import files
from typing import Any, Literal

SchemaName = Literal["reply", "events"]


def load_schema(name: SchemaName) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the document or of one NDJSON line."""
    text = files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
