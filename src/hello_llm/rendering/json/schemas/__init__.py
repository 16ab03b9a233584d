"""The JSON Schemas of the documents that the program writes, shipped with the program."""

from typing import Any, Literal

SchemaName = Literal["reply", "events", "doctor", "checks", "batch", "models", "spend"]


def load_schema(name: SchemaName) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a document or of one NDJSON line."""
    import json
    from importlib.resources import files

    text = files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
