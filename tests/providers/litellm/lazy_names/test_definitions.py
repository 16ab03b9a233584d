"""Which statements wait for the first use of their name, and which run during the import."""

import pytest

from hello_llm.providers.litellm.lazy_names.definitions import compile_lazily

WAIT = {
    "import json": "json",
    "import json.decoder": "json",
    "import json as j": "j",
    "from json import loads, dumps as d": "loads d",
    "from . import sibling": "sibling",
    "from .sibling import thing": "thing",
    "def f(x, y=[1]): return x": "f",
    "async def f(): pass": "f",
    "class C(dict): x = 1": "C",
    "@property\ndef f(self): pass": "f",
    "x = [1, 2]": "x",
    "x: dict = {'a': 1}": "x",
    "X = dict[str, int] | None": "X",
    "x = Thing(1)": "x",
    "import re\nx = re.compile('a')": "re x",
    "x = lambda: now()": "x",
    "def f(): ...\nf.__doc__ = 'text'": "f",
    "from a.b import c\nfrom a.b import c": "",  # there is no package `a`
    "import json\nimport json": "json",
    "import json.decoder\nimport json.encoder": "json",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json": "",
    "import typing\nif typing.TYPE_CHECKING:\n    x = 1\nelse:\n    y = [2]": "y",
    "x = [name for name in (1, 2)]": "x",
}
AT_ONCE = {
    "x = 1": "what costs nothing",
    "x = ''": "what costs nothing",
    "y = [1]\ny = [2]": "what is bound again",
    "y = [1]\ny = [1]": "what is bound again",
    "import json as y\nimport re as y": "what is bound again",
    "import os\ny = os.environ": "the environment",
    "import os\ny = os.environ.get('A')": "the environment",
    "y = get_env_int('A')": "the environment",
    "y = int(getenv('A', '1'))": "the environment",
    "y = f(time())": "the time",
    "y = lambda at=time(): at": "the time",
    "y = load('a')": "a file",
    "try:\n    import json as y\nexcept ImportError:\n    y = None": "a choice",
    "if True:\n    y = [1]": "a choice",
    "for y in [1]: pass": "a loop",
    "with open('a') as y: pass": "a block",
    "from typing import y": "what dataclasses look up",
    "import dataclasses as y": "what dataclasses look up",
    "y, z = [1], [2]": "several names",
    "x = y = [1]": "several names",
    "y = []\ny += [1]": "a change",
    "y = [1]\ndel y": "a removal",
    "(y := [1])": "an expression",
    "import no_such_package as y": "what is not installed, since whoever asks must see that",
    "from no_such_package.of_course import y": "what is not installed",
    "def __getattr__(y): ...": "a name that Python looks up itself",
    "__all__ = ['y']": "a name that Python looks up itself",
    "a = [1]\ny = (a,)\na = [2]": "what uses a name that is bound again",
    "a = [1]\ny = tuple(a)\na.append(2)": "what uses an object that is changed",
    "a = {}\ny = Thing(a)\na['b'] = 1": "what uses an object that is changed",
    "a = [1]\ndef y(b=a): ...\na = [2]": "what uses a name that is bound again",
    "import json\njson.y = 1": "a change of another module",
    "class C: ...\nC.y = C.made()": "what needs the class to be there",
    "y = [1]\nlisted = dict(globals())": "everything, if the module lists its names",
}


def waiting(source: str) -> set[str]:
    """Return the names that wait in a module."""
    return set(compile_lazily(source.encode(), "module.py").definitions)


@pytest.mark.parametrize(("source", "names"), WAIT.items())
def test_what_only_defines_a_name_waits(source: str, names: str):
    assert waiting(source) == set(names.split())


@pytest.mark.parametrize(
    "source", AT_ONCE, ids=[f"{why}: {source}" for source, why in AT_ONCE.items()]
)
def test_what_does_more_runs_at_once(source: str):
    assert "y" not in waiting(source)
    assert "json" not in waiting(source) or "json.y" not in source


@pytest.mark.parametrize("source", ["x = (", "x = 1\0", "\xff\xfe", "# coding: none\n", "return"])
def test_what_is_no_module_is_an_error_as_python_has_it(source: str):
    with pytest.raises((SyntaxError, ValueError)):
        compile_lazily(source.encode("latin-1"), "module.py")
