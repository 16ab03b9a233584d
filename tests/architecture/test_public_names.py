"""The public names are exactly ``hello_llm.__all__``."""

import subprocess
import sys
from types import ModuleType

import pytest

import hello_llm


def test_everything_public_is_listed_and_everything_listed_exists():
    listed = set(hello_llm.__all__)
    public = {
        name
        for name, value in vars(hello_llm).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public | {"__version__"} == listed


def test_nothing_is_listed_twice_and_dir_shows_the_list():
    assert len(set(hello_llm.__all__)) == len(hello_llm.__all__)
    assert dir(hello_llm) == sorted(hello_llm.__all__)


def test_what_is_not_public_is_not_there():
    with pytest.raises(AttributeError, match=r"^module 'hello_llm' has no attribute 'nothing'$"):
        getattr(hello_llm, "nothing")  # noqa: B009 - the type checker knows it is not there


def test_importing_the_package_imports_none_of_its_parts():
    code = "import hello_llm, sys; print([m for m in sys.modules if m.startswith('hello_llm.')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
