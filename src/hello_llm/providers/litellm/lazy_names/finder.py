"""Finds the modules of LiteLLM and of the libraries that it calls with, and loads them lazily."""

import os
import sys
from collections.abc import Collection, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from hello_llm.providers.litellm.lazy_names.cache import Cache, NoCacheError
from hello_llm.providers.litellm.lazy_names.compiled import Compiled
from hello_llm.providers.litellm.lazy_names.namespace import LazyPackage, execute

PACKAGES = ("litellm", "openai", "httpx", "httpcore")
"""The packages that are loaded lazily."""


class Finder(MetaPathFinder):
    """Finds modules where they usually are, and gives them a lazy loader."""

    def __init__(self, cache: Cache, packages: Collection[str] = PACKAGES) -> None:
        """Load the modules of `packages`, and keep them in `cache` once they are compiled."""
        self.cache = cache
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is, if it belongs to one of the packages."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self.cache)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, cache: Cache) -> None:
        super().__init__(fullname, path)
        self._cache = cache

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return LazyPackage(spec.name) if self.is_package(spec.name) else None

    def exec_module(self, module: ModuleType) -> None:
        compiled = self._compiled()
        if compiled is None:
            super().exec_module(module)
        else:
            execute(module, compiled)

    def _compiled(self) -> Compiled | None:
        source = os.stat(self.path)
        compiled = self._cache.read(self.name, source)
        if compiled is not None:
            return compiled
        from hello_llm.providers.litellm.lazy_names import definitions  # takes 10 ms

        try:
            compiled = definitions.compile_lazily(self.get_data(self.path), self.path)
        except (SyntaxError, ValueError, RecursionError, SystemError):
            return None  # Python itself reports it, or manages
        self._cache.write(self.name, source, compiled)
        return compiled


def install(folder: Path) -> Finder:
    """Make all modules of the packages load lazily, with a cache in `folder`.

    Raises:
        NoCacheError: there is no cache, and compiling takes longer than an ordinary import.
    """
    found = PathFinder.find_spec(PACKAGES[0])
    if found is None or found.origin is None:
        raise NoCacheError(f"{PACKAGES[0]} is not installed")
    finder = Finder(Cache.open(folder, Path(found.origin).parent.parent))
    sys.meta_path.insert(0, finder)
    return finder


def uninstall(finder: Finder) -> None:
    """Forget LiteLLM's and OpenAI's modules, so that they can be imported as usual.

    The others remain, because this program already uses their classes.
    """
    sys.meta_path.remove(finder)
    for name in list(sys.modules):
        if name.partition(".")[0] in PACKAGES[:2]:
            del sys.modules[name]
