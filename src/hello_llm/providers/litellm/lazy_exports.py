"""Makes the OpenAI library import only those of its 800 modules that are used.

Its packages ``types`` and ``resources`` only re-export names from their modules, so using any name
imports every module: two thirds of the library are loaded for nothing, while LiteLLM is imported
and again in the first call. Here the packages' own code runs unchanged, except that ``from .module
import Name`` only records the name; the module is imported when the name is first used. In the end
each name refers to the library's own object. A package that defines anything itself runs as usual.

The cost: this relies on the packages doing nothing else with the names, and on no name also being
the name of a module. A test compares every name with its value under a normal import.

``importlib.util.LazyLoader`` would not do: it executes a package for any of its modules.
"""

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import NamedTuple

_PACKAGES = ("openai.types", "openai.resources")


def defer_exports() -> None:
    """Make the packages that are not loaded yet, and their subpackages, import lazily."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the packages in their usual place, and gives them the lazy loader."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PACKAGES):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, InspectLoader):
            return None
        if spec.submodule_search_locations is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Export(NamedTuple):
    """A name that a package re-exports."""

    module: str
    """The module that defines it, relative to the package."""
    name: str
    """Its name in that module."""


class _Loader(Loader):
    """Executes a package without importing the package's own modules."""

    def __init__(self, real: InspectLoader) -> None:
        self._real = real

    def exec_module(self, module: ModuleType) -> None:
        code = self._real.get_code(module.__name__)
        if code is None or any(isinstance(constant, CodeType) for constant in code.co_consts):
            self._real.exec_module(module)
            return
        names = vars(module)
        names["__builtins__"] = vars(builtins) | {"__import__": _noting}
        exec(code, names)  # noqa: S102 - it is the package's own code
        names["__builtins__"] = vars(builtins)
        exports = {name: value for name, value in names.items() if isinstance(value, _Export)}
        for name in exports:
            del names[name]
        names["__getattr__"] = _resolving(module, exports)
        names["__dir__"] = lambda: sorted({*names, *exports})
        names.setdefault("__all__", [*exports])


class _Source:
    """Takes the place of a module in ``from .module import Name``."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> _Export:
        return _Export(self._module, name)


def _noting(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002 - as the builtin has it
    locals: Mapping[str, object] | None = None,  # noqa: A002 - as above
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> object:
    """Import as usual, but only record imports from a module of the same package."""
    if level == 1 and name and fromlist and "*" not in fromlist:
        return _Source(f".{name}")
    return builtins.__import__(name, globals, locals, fromlist or (), level)


def _resolving(package: ModuleType, exports: Mapping[str, _Export]) -> Callable[[str], object]:
    def resolve(name: str) -> object:
        if name not in exports:
            raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")
        module, original = exports[name]
        value = getattr(import_module(module, package.__name__), original)
        setattr(package, name, value)
        return value

    return resolve
