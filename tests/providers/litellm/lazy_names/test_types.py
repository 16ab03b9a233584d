"""Annotations and what is made from them are what they are in a module that is executed at once."""

import dataclasses
import typing
from pathlib import Path

import pytest

from tests.providers.litellm.lazy_names.packages import imported

TYPED = """
from __future__ import annotations
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, cast
import typing_extensions as t
from typing_extensions import TypedDict
from pydantic import BaseModel

class Kind(Enum):
    ONE = 1

@dataclass
class Data:
    name: str
    shared: ClassVar[int] = 3
    kinds: list[Kind] = field(default_factory=list)

class Row(TypedDict, total=False):
    kind: t.Required[Kind]
    more: int

class Model(BaseModel):
    kind: Kind
    row: Row | None = None
    inner: Inner | None = None

class Inner(BaseModel):
    call: Callable[[int], Kind] | None = None

def typed(kind: Kind, other: "Inner") -> Model:
    return cast(Model, kind)
"""


@pytest.mark.parametrize(
    "source", [TYPED, TYPED.replace("from __future__ import annotations\n", "")]
)
def test_types_are_what_they_are_without_this(tmp_path: Path, source: str):
    source = source if "__future__" in source else source.replace("Inner | None", '"Inner | None"')

    def facts(package):
        data, model = package.Data("a"), package.Model(kind=1, row={"kind": 1}, inner={"call": abs})
        hints = {name: str(hint) for name, hint in typing.get_type_hints(package.typed).items()}
        return (
            [one.name for one in dataclasses.fields(data)],
            sorted(package.Row.__required_keys__),
            model.model_dump_json(exclude={"inner"}),
            model.inner.call(-1),
            package.typed(package.Kind.ONE, None).name,
            hints,
            package.Model.__module__,
            package.Model.__qualname__,
        )

    with imported(tmp_path, {"": source}) as package:
        lazily = facts(package)
    with imported(tmp_path, {"": source}, lazily=False) as package:
        assert lazily == facts(package)
