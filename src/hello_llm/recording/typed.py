"""Converts JSON values to annotated types, and rejects those that do not match."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

_LARGEST = 2**63

_Class = TypeVar("_Class")
_hints = cache(get_type_hints)


def value_at(document: Mapping[str, Any], key: str, hint: object) -> Any:  # noqa: ANN401 - any annotation
    """Return the value of `key` converted to the type `hint`.

    Raises:
        ValueError: the key is missing, or its value is of another type or out of range.
    """
    if key not in document:
        raise ValueError(f"{key} is missing")
    try:
        return value_of(hint, document[key])
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def dataclass_from(cls: type[_Class], document: object) -> _Class:
    """Build the data class `cls` from a JSON object; unknown keys are ignored.

    Raises:
        ValueError: a key without a default is missing, or a value is of another type.
    """
    table, hints = _as(Mapping, document), _hints(cls)  # type: ignore[arg-type]
    values = {
        field.name: value_at(table, field.name, hints[field.name])
        for field in fields(cls)  # type: ignore[arg-type]
        if field.name in table or field.default is field.default_factory is MISSING
    }
    return cls(**values)


def value_of(hint: object, value: object) -> Any:  # noqa: ANN401 - any annotation, any value
    """Return `value` converted to the type `hint`.

    Raises:
        ValueError: it is of another type, or out of range.
    """
    if is_dataclass(hint):
        return dataclass_from(hint, value)  # type: ignore[arg-type]
    if get_origin(hint) is Literal:
        return _one_of(get_args(hint), value)
    if get_origin(hint) is tuple:
        return tuple(value_of(get_args(hint)[0], item) for item in _as(list, value))
    if NoneType in get_args(hint):
        present = next(arm for arm in get_args(hint) if arm is not NoneType)
        return None if value is None else value_of(present, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint[_one_of(hint.__members__, value)]
    if hint in {int, float}:
        return _number(hint, value)
    return _as(get_origin(hint) or hint, value)


def _one_of(allowed: Collection[str], value: object) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}")
    return value


def _number(kind: type, value: object) -> float:
    number = _as(int | float if kind is float else int, value)
    if isinstance(number, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - see value_of
    if not abs(number) < _LARGEST:
        raise ValueError("is out of range")
    return kind(number)  # type: ignore[no-any-return]


def _as(kind: Any, value: Any) -> Any:  # noqa: ANN401 - the value of that kind
    if not isinstance(value, kind):
        names = {list: "a list", Mapping: "an object", str: "text", bool: "true or false"}
        raise ValueError(f"must be {names.get(kind, 'a number')}")  # noqa: TRY004 - see value_of
    return value
