"""Files and functions stay short, and each file says what it is for."""

import pytest

from tests.architecture import shapes
from tests.architecture.sources import Module, findings, modules

RULES = [shapes.long_files, shapes.long_functions, shapes.undocumented, shapes.empty_names]


@pytest.mark.parametrize("rule", RULES)
def test_every_module_keeps_the_rule(rule):
    assert findings(rule, "src", "tests") == []


def test_no_folder_is_crowded():
    assert shapes.crowded_folders(modules("src")) == []


def test_a_crowded_folder_is_found_and_its_init_does_not_count():
    fits = [Module("p", "", is_package=True), *(Module(f"p.m{n}", "") for n in range(15))]
    assert shapes.crowded_folders(fits) == []
    assert shapes.crowded_folders([*fits, Module("p.m", "")]) == [
        "p has 16 modules, and 15 are allowed"
    ]


def test_a_long_file_is_found():
    fits = "x = 1\n" * shapes.FILE_LINES
    assert shapes.long_files(Module("m", fits)) == []
    assert shapes.long_files(Module("m", fits + "x = 1\n")) == [
        "m:1: 301 lines, and 300 are allowed"
    ]


def test_a_long_function_is_found_and_its_docstring_does_not_count():
    fits = 'async def f():\n    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * 44
    assert shapes.long_functions(Module("m", fits)) == []
    assert shapes.long_functions(Module("m", fits + "    x = 1\n")) == [
        "m:1: f has 46 lines, and 45 are allowed"
    ]


def test_a_module_without_a_docstring_is_found():
    assert shapes.undocumented(Module("m", "")) == ["m:1: no docstring says what the module is for"]


@pytest.mark.parametrize("name", ["hello_llm.utils", "hello_llm.common.x", "tests.test_helpers"])
def test_a_name_that_says_nothing_is_found(name):
    (found,) = shapes.empty_names(Module(name, ""))
    assert found.endswith("says nothing")
