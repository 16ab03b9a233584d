"""Validates documents against self-contained JSON Schemas; no reference is ever fetched.

Schemas come from a user's file and documents from a model, and their values can make jsonschema
raise any Python exception. Both are therefore processed only in the judge process.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NoReturn

from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.jsonschema import DRAFT202012, SchemaResource, specification_with

from hello_llm.judge.excerpts import excerpt
from hello_llm.judge.json_document import NoJSONError, parse

_SAMPLES: tuple[object, ...] = ({}, [], "", 0, None)
"""Documents to try a schema on, to find one that recurses endlessly."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_DATA = frozenset({"const", "enum", "examples", "default"})
"""Keywords whose values are never schemas, even if they look like one."""
_A_MOMENT_S = 0.5
_TOO_DEEP = "it is nested too deeply, or the schema is endless"


class BadSchemaError(ValueError):
    """A schema cannot be used; `reason` is worded to follow the name of its key."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        """Store the `reason` and a `hint` that may help."""
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class _LongError(BaseException):
    """Something took too long; not an ``Exception``, since the validator handles some of those."""


class Schema:
    """A schema, and the version of the standard that it uses."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Load `schema`.

        Raises:
            BadSchemaError: its ``$schema`` is not a valid address.
        """
        dialect = schema.get("$schema", "")
        if not isinstance(dialect, str):
            raise BadSchemaError(
                f"is not a JSON Schema: $schema must be an address, not {excerpt(repr(dialect))}",
                'leave it out, or "$schema" = "https://json-schema.org/draft/2020-12/schema"',
            )
        self._schema = schema
        with _told("is not a JSON Schema: $schema"):
            self._kind = validator_for(schema, default=Draft202012Validator)
        self._registry: Registry[Any] = Registry()
        self._specification = specification_with(dialect.removesuffix("#"), default=DRAFT202012)

    def validate(self) -> None:
        """Check that the schema is valid, with everything that it refers to.

        Raises:
            BadSchemaError: it is not a JSON Schema, refers to something outside of it, or refers to
                itself endlessly.
        """
        self._check(self._schema)
        checked = {id(self._schema)}
        with _told("cannot be used"):
            for target in self._targets():
                if id(target) not in checked:
                    self._check(target)
                    checked.add(id(target))
        with _told("cannot be used", too_deep="it refers to itself endlessly"):
            self._try()

    def judge(self, text: str) -> str | None:
        """Explain why `text` is not JSON that satisfies the schema; ``None`` if it is."""
        try:
            document = parse(text)
        except NoJSONError as error:
            return f"{excerpt(text)} ({error})"
        shortfall = self.shortfall(document)
        return None if shortfall is None else excerpt(shortfall)

    def shortfall(self, document: object) -> str | None:
        """Return where and how `document` violates the schema; ``None`` if it does not."""
        try:
            return min(
                (
                    (list(map(str, error.absolute_path)), f"at {error.json_path}: {error.message}")
                    for error in self._errors(document)
                ),
                default=([], None),
            )[1]
        except RecursionError:
            return _TOO_DEEP
        except MemoryError:
            raise
        # A number such as 1e999 can make the validator raise unpredictable exceptions.
        except Exception as error:  # noqa: BLE001 - see above
            return f"the schema cannot be applied to it: {_reason(error)}"

    def _try(self) -> None:
        """Judge the sample documents; taking longer than a moment is not an error."""
        before = signal.signal(signal.SIGALRM, _give_up)
        try:
            signal.setitimer(signal.ITIMER_REAL, _A_MOMENT_S)
            for sample in _SAMPLES:
                list(self._errors(sample))
        except _LongError:
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _errors(self, document: object) -> Iterator[Any]:
        return iter(self._validator.iter_errors(document))

    @cached_property
    def _validator(self) -> Any:  # noqa: ANN401 - jsonschema has no types
        return self._kind(self._schema, registry=self._registry)

    def _check(self, schema: object) -> None:
        """Validate `schema` against its metaschema.

        Raises:
            BadSchemaError: it is not a valid schema.
        """
        with _told("is not a JSON Schema"):
            try:
                self._kind.check_schema(schema)
            except SchemaError as error:
                raise BadSchemaError(f"is not a JSON Schema: {excerpt(error.message)}") from None

    def _targets(self) -> Iterator[object]:
        """Yield the parts of the schema that its references point to.

        Raises:
            BadSchemaError: a reference points to nothing.
        """
        root = self._resource(self._schema)
        base = root.id() or ""
        waiting: list[tuple[Any, Any]] = [
            (self._schema, self._registry.with_resource(base, root).resolver(base))
        ]
        seen: set[int] = set()
        while waiting:
            part, resolver = waiting.pop()
            if isinstance(part, list):
                waiting += [(inner, self._within(inner, resolver)) for inner in part]
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            if isinstance(part.get("$schema"), str):
                validator_for(part, default=self._kind)
            inners = [part[name] for name in part.keys() - _DATA]
            waiting += [(inner, self._within(inner, resolver)) for inner in inners]
            for name in _REFERENCES:
                if isinstance(reference := part.get(name), str):
                    target = _resolved(reference, resolver)
                    yield target.contents
                    waiting.append((target.contents, target.resolver))

    def _within(self, part: object, resolver: Any) -> Any:  # noqa: ANN401 - as referencing has it
        """Return the resolver for references in `part`, which may have its own base URI."""
        if isinstance(part, dict) and isinstance(part.get("$id", part.get("id")), str):
            return resolver.in_subresource(self._resource(part))
        return resolver

    def _resource(self, schema: Mapping[str, Any]) -> SchemaResource:
        return self._specification.create_resource(schema)


def _resolved(reference: str, resolver: Any) -> Any:  # noqa: ANN401 - as referencing has it
    """Look up a reference with `resolver`.

    Raises:
        BadSchemaError: the reference points to nothing.
    """
    try:
        return resolver.lookup(reference)
    # A pointer into a string or a number raises whatever Python raises for that.
    except Exception:  # noqa: BLE001 - see above
        raise BadSchemaError(
            f"refers to {excerpt(reference)}, which is not in it", "put it under $defs"
        ) from None


def _give_up(_number: int, _frame: object) -> NoReturn:
    raise _LongError


@contextmanager
def _told(what: str, too_deep: str = "it is nested too deeply") -> Iterator[None]:
    """Turn an exception that a schema causes into a ``BadSchemaError`` beginning with `what`."""
    try:
        yield
    except (BadSchemaError, MemoryError):
        raise
    except RecursionError:
        raise BadSchemaError(f"{what}: {too_deep}") from None
    except Exception as error:
        raise BadSchemaError(f"{what}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return the message of `error` on one line, or the name of its class if it is empty."""
    return excerpt(" ".join(str(error).split()) or type(error).__name__)
