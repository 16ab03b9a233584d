"""The JSON Schemas of what the program prints and writes, as they ship with it."""

from typing import Any, Literal

SchemaName = Literal["reply", "events", "doctor", "checks"]


def load_schema(name: SchemaName) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a document or of one NDJSON line."""
    import json  # noqa: PLC0415 - the names alone are asked for at each start
    from importlib.resources import files  # noqa: PLC0415 - as above

    text = files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
