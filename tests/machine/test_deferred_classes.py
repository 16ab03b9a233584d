"""A class of which a module gets a stand-in is imported when it is used, and is then itself."""

import sys
from importlib import import_module

import pytest

from hello_llm.machine.deferred_classes import import_without

SOURCE = """
class Shape:
    sides = 4
    def __init__(self, width, *, height=1):
        self.area = width * height
    @classmethod
    def square(cls, width):
        return cls(width, height=width)
"""
USER = """
from deferred_source import Shape
def made(width: int) -> "Shape | None":
    return Shape(width, height=3)
def annotated(shape: Shape | None) -> None: ...
"""


@pytest.fixture(autouse=True)
def modules(tmp_path, monkeypatch):
    """Two modules, of which the second needs a class of the first."""
    (tmp_path / "deferred_source.py").write_text(SOURCE)
    (tmp_path / "deferred_user.py").write_text(USER)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("deferred_source", "deferred_user"):
        sys.modules.pop(name, None)


def user():
    return import_without("deferred_user", {"deferred_source": "Shape"})


def test_the_class_is_not_imported_with_the_module():
    assert user() is sys.modules["deferred_user"]
    assert "deferred_source" not in sys.modules


def test_an_instance_is_one_of_the_class_itself():
    shape = user().made(2)
    assert type(shape) is import_module("deferred_source").Shape
    assert shape.area == 6


def test_attributes_are_those_of_the_class_itself():
    stand_in = user().Shape
    assert stand_in.sides == 4
    assert stand_in.square(3).area == 9
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = stand_in.nothing


def test_another_module_imports_the_class_itself():
    user()
    assert import_module("deferred_source").Shape.sides == 4


def test_a_class_that_is_loaded_already_is_used_itself():
    real = import_module("deferred_source").Shape
    assert user().Shape is real


def test_no_stand_in_is_left_behind_by_a_module_that_fails(tmp_path):
    (tmp_path / "deferred_user.py").write_text("from deferred_source import Shape\n1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        user()
    assert import_module("deferred_source").Shape(2).area == 2
