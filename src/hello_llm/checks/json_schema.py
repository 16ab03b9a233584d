"""A JSON Schema that stands on its own: what it refers to is in it, and nothing is fetched."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from hello_llm.settings.kinds import UnfitError


class Schema:
    """A schema that was found right."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Take in `schema`.

        Raises:
            UnfitError: it is no JSON Schema, or refers to something outside of it.
        """
        kind = validator_for(schema)
        registry: Registry[Any] = Registry()
        try:
            json.dumps(schema)
            kind.check_schema(schema)
        except SchemaError as error:
            raise UnfitError(f"is no JSON Schema: {error.message}") from None
        except (TypeError, RecursionError):
            raise UnfitError("is no JSON Schema: JSON has no such values") from None
        self._validator = kind(schema, registry=registry)
        root = DRAFT202012.create_resource(schema)
        resolver = registry.with_resource(root.id() or "", root).resolver(root.id() or "")
        for reference in _references(schema):
            try:
                resolver.lookup(reference)
            except Unresolvable:
                raise UnfitError(
                    f"refers to {reference}, which is not in it", "put it below $defs"
                ) from None

    @classmethod
    def read(cls, path: Path) -> "Schema":
        """Return the schema in the file at `path`.

        Raises:
            UnfitError: it cannot be read, or holds none.
        """
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UnfitError(f"names a file that cannot be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise UnfitError(f"names a file that is no JSON: {error}") from None
        if not isinstance(schema, dict):
            raise UnfitError("names a file that holds no JSON Schema: it is no object")
        return cls(schema)

    def shortfall(self, document: object) -> str | None:
        """Return where and how `document` does not satisfy it; ``None`` if it does."""
        try:
            errors = list(self._validator.iter_errors(document))
        except RecursionError:
            return "it is nested too deeply, or the schema is endless"
        if not errors:
            return None
        first = min(errors, key=lambda error: list(map(str, error.absolute_path)))
        return f"at {first.json_path}: {first.message}"


def _references(schema: object) -> Iterator[str]:
    """Yield what `schema` refers to, as far as no other base is set within it."""
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference
        for name, part in schema.items():
            if name not in {"const", "enum", "examples", "default"}:
                yield from _references(part)
