"""The public names are exactly ``hello_llm.__all__``."""

from types import ModuleType

import hello_llm


def test_everything_public_is_listed_and_everything_listed_exists():
    public = {
        name
        for name, value in vars(hello_llm).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public | {"__version__"} == set(hello_llm.__all__)


def test_nothing_is_listed_twice_and_dir_shows_the_list():
    assert len(set(hello_llm.__all__)) == len(hello_llm.__all__)
    assert dir(hello_llm) == sorted(hello_llm.__all__)
