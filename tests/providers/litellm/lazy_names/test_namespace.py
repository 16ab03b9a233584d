"""A module that is loaded lazily behaves as if all of it had been executed."""

import importlib
import threading
import types
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.litellm.lazy_names.packages import PACKAGE, imported, loaded

NOTE = "import builtins\nbuiltins.__dict__.setdefault('executed', []).append(__name__)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for packages."""
    return tmp_path


def modules_loaded() -> set[str]:
    """Return the package's modules that are loaded, without its name."""
    return {name.removeprefix(f"{PACKAGE}.") for name in loaded()} - {PACKAGE}


def test_a_module_is_imported_when_its_name_is_first_used(folder: Path):
    sources = {
        "": "from .a import one\nfrom . import b\nimport of_this_test.c as c\ndef f(): return one",
        "a": "one = [1]",
        "b": "two = [2]",
        "c": "three = [3]",
    }
    with imported(folder, sources) as package:
        assert modules_loaded() == set()
        assert package.f() == [1]
        assert modules_loaded() == {"a"}
        assert (package.b.two, package.c.three) == ([2], [3])
        assert modules_loaded() == {"a", "b", "c"}


def test_a_name_keeps_the_value_that_it_got_first(folder: Path):
    with imported(folder, {"": "x = [1]\nclass C: ...\ndef f(): return C"}) as package:
        assert package.x is package.x
        assert package.f() is package.C


def test_a_value_that_is_set_from_outside_stays(folder: Path):
    with imported(folder, {"": "x = [1]\ndef f(): return x"}) as package:
        vars(package)["x"] = 2
        assert package.f() == 2


def test_a_function_can_bind_a_global_name_that_waits(folder: Path):
    source = "x = [1]\ndef more():\n    global x\n    x = x + [2]\n    return x"
    with imported(folder, {"": source}) as package:
        assert package.more() == [1, 2]
        assert package.x == [1, 2]


def test_all_names_are_listed_and_unknown_ones_are_none(folder: Path):
    with imported(folder, {"": "import json\nx = [1]\ny = 2", "a": ""}) as package:
        assert {"json", "x", "y"} <= set(dir(package))
        assert not hasattr(package, "z")
        with pytest.raises(AttributeError, match=f"module '{PACKAGE}' has no attribute 'z'"):
            _ = package.z
        with pytest.raises(ImportError, match="cannot import name 'z'"):
            exec("from of_this_test import z", {})
        with pytest.raises(NameError, match="name 'z' is not defined"):
            exec("z", vars(package))


def test_a_module_of_the_package_is_found_as_if_another_had_imported_it(folder: Path):
    with imported(folder, {"": "", "a": "", "a.b": "x = 1"}) as package:
        (folder / PACKAGE / "a.py").unlink()
        (folder / PACKAGE / "a" / "__init__.py").touch()
        importlib.invalidate_caches()
        assert package.a.b.x == 1


@pytest.mark.parametrize("first", ["import of_this_test.thing", "from of_this_test import thing"])
def test_a_definition_outlives_a_module_of_the_same_name(folder: Path, first: str):
    sources = {"": "from .thing import thing", "thing": "def thing(): return 'made'"}
    with imported(folder, sources) as package:
        exec(first, {})
        assert package.thing() == "made"
        exec(first, {})
        assert package.thing() == "made"


def test_a_module_that_the_package_imports_by_name_is_the_module(folder: Path):
    with imported(folder, {"": "from . import thing", "thing": "x = 1"}) as package:
        assert package.thing.x == 1


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("from .a import *\nx = ['mine']", ["mine"]),
        ("x = ['mine']\nfrom .a import *", ["theirs"]),
        ("x = 'mine'\nfrom .a import *", ["theirs"]),
        ("from .b import *\nfrom .a import *", ["theirs"]),
        ("from .a import *\nfrom .b import *", "b"),
        ("from .a import *\nfrom .empty import *", ["theirs"]),
        ("from .a import *\nall_of_it = dict(locals())\nx = all_of_it['x']", ["theirs"]),
    ],
)
def test_a_star_brings_names_in_their_order(folder: Path, source: str, value: object):
    sources = {
        "": source,
        "a": "x = ['theirs']\n_hidden = [1]",
        "b": "x = 'b'",
        "empty": "x = [1]\n__all__ = ['y']\ny = [2]",
    }
    with imported(folder, sources) as package:
        assert package.x == value
        assert not hasattr(package, "_hidden")


def test_a_name_that_goes_round_in_a_circle_is_the_one_before(folder: Path):
    sources = {
        "": "from .a import *\nfrom .b import *",
        "a": "x = ['a']",
        "b": "from of_this_test import x",
    }
    with imported(folder, sources) as package:
        assert package.x == ["a"]
        assert package.b.x is package.x


def test_modules_may_import_each_other(folder: Path):
    sources = {
        "a": "from .b import B\nclass A:\n    def other(self): return B()",
        "b": "from .a import A\nclass B(A): ...",
    }
    with imported(folder, sources) as package:
        assert isinstance(package.a.A().other(), package.b.B)


def test_two_threads_that_define_a_class_get_the_same_one(folder: Path):
    source = "import builtins\nclass C:\n    builtins.met_in_the_class.wait(timeout=10)"
    threads, got, barrier = [], [], threading.Barrier(2)
    with imported(folder, {"": source}) as package, pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.met_in_the_class", barrier, raising=False)
        for _ in range(2):
            threads.append(threading.Thread(target=lambda: got.append(package.C)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        assert got[0] is got[1] is package.C


@pytest.mark.parametrize("failing", ["{}['no']", "1 / 0", "[][0]"])
def test_an_error_in_a_definition_is_not_taken_for_an_unknown_name(folder: Path, failing: str):
    with imported(folder, {"": f"x = [{failing}]\ndef f(): return x"}) as package:
        with pytest.raises((ImportError, ZeroDivisionError, IndexError)):
            package.f()
        with pytest.raises((KeyError, ZeroDivisionError, IndexError)):
            _ = package.x


def test_a_definition_that_failed_is_tried_again(folder: Path):
    source = "import builtins\nx = [1 / builtins.divisor]"
    with imported(folder, {"": source}) as package, pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.divisor", 0, raising=False)
        with pytest.raises(ZeroDivisionError):
            _ = package.x
        patch.setattr("builtins.divisor", 2)
        assert package.x == [0.5]


def test_what_is_optional_is_missed_where_it_is_imported(folder: Path):
    sources = {
        "": "try:\n    from .a import f\nexcept ImportError:\n    f = None",
        "a": "import no_such_package\ndef f(): return no_such_package",
    }
    with imported(folder, sources) as package:
        assert package.f is None


def test_a_modules_own_attributes_are_found_after_its_definitions(folder: Path):
    source = (
        "x = [1]\ndef __getattr__(name):\n    if name == 'y': return x\n    raise AttributeError"
    )
    with imported(folder, {"": source}) as package:
        assert package.y is package.x
        assert not hasattr(package, "z")


NAMES = st.sampled_from("abcdef")
VALUES = st.sampled_from(["[1]", "[{0}]", "({0}, {1})", "{0}", "1", "dict(x={0})", "str({0})"])


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Draw a module that binds, binds again, changes and removes a few names."""
    lines: list[str] = []
    bound: list[str] = []
    for _ in range(draw(st.integers(1, 12))):
        name = draw(NAMES)
        used = [draw(st.sampled_from(bound)) for _ in range(2)] if bound else ["0", "0"]
        value = draw(VALUES).format(*used)
        lines.append(
            draw(
                st.sampled_from(
                    [
                        f"{name} = {value}",
                        f"{name}: object = {value}",
                        f"def {name}(x={value}): return x, {used[0]!r}",
                        f"class {name}:\n    y = {value}",
                        f"import json as {name}",
                        f"from json import loads as {name}",
                        f"if {used[0]}: {name} = {value}\nelse: {name} = 0",
                        f"for {name} in {value},: pass",
                        f"{name} = [{value}]\n{name}.append(bool({value}))",
                        f"{name} = {{}}\n{name}['k'] = bool({value})",
                        f"def {name}(): ...\n{name}.__doc__ = 'about ' + '{used[0]}'",
                    ]
                )
            )
        )
        bound.append(name)
    return "\n".join(lines)


def shape(value: object) -> object:
    """Return what can be compared of `value`."""
    if isinstance(value, list | tuple):
        return [type(value), *map(shape, value)]
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, type):
        return (value.__qualname__, shape(vars(value).get("y")))
    if isinstance(value, types.FunctionType):
        return (value.__qualname__, value.__doc__, shape(getattr(value, "__defaults__", None)))
    return getattr(value, "__name__", None) or repr(value).partition(" at 0x")[0]


@given(source=modules(), order=st.permutations("abcdef"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_module_comes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, source: str, order: list[str]
):
    expected: dict[str, object] = {"__name__": PACKAGE}
    exec(source, expected)
    with imported(tmp_path_factory.mktemp("package"), {"": source}) as package:
        for name in order:
            assert hasattr(package, name) == (name in expected)
            if name in expected:
                assert shape(getattr(package, name)) == shape(expected[name])
