"""Writes packages of a few modules, and imports them lazily."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from hello_llm.providers.litellm.lazy_names.cache import Cache
from hello_llm.providers.litellm.lazy_names.finder import Finder

PACKAGE = "of_this_test"


@contextmanager
def imported(
    folder: Path, sources: Mapping[str, str] | None = None, *, lazily: bool = True
) -> Iterator[ModuleType]:
    """Write `sources`, by their names in the package, to `folder`, and yield the package.

    Without `sources`, they are there already. The package is imported anew, and forgotten at the
    end.
    """
    if sources is not None:
        write(folder, sources)
    finder = Finder(Cache.open(folder / "cache", folder), {PACKAGE})
    sys.path.insert(0, str(folder))
    sys.meta_path[:0] = [finder] * lazily
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))
        if lazily:
            sys.meta_path.remove(finder)
        for name in loaded():
            del sys.modules[name]


def write(folder: Path, sources: Mapping[str, str]) -> None:
    """Write `sources` as the package; ``""`` is the package's own code."""
    for name, source in {"": "", **sources}.items():
        path = folder / PACKAGE / (f"{name.replace('.', '/')}.py" if name else "__init__.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")


def loaded() -> list[str]:
    """Return the names of the package's modules that are loaded."""
    return [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
