"""Gives a module its definitions: each is executed when the module or another uses the name."""

import builtins
import marshal
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import resolve_name
from threading import get_ident
from types import ModuleType
from typing import Any

from hello_llm.providers.litellm.lazy_names.compiled import STAR, Compiled


class LazyPackage(ModuleType):
    """A package in which a definition that waits is not replaced by a module of its name.

    The import system stores each module in its package. Usually the definition would be executed
    later than that, because it comes from the module: ``from .responses.main import responses``.
    """

    def __setattr__(self, name: str, value: object) -> None:
        namespace = namespace_of(self)
        if namespace is None or not namespace.keeps(name, value):
            super().__setattr__(name, value)


class Namespace(dict[str, Any]):
    """The builtins of one module, which also know the names that the module has yet to define.

    Python looks up a global name in the module and then here, and calls ``__missing__`` if it is
    in neither.
    """

    def __init__(self, module: ModuleType, compiled: Compiled) -> None:
        """Know the definitions in `compiled`, the code of `module`."""
        super().__init__(vars(builtins))
        self[STAR] = self._import_star
        self._module = module
        self._names = vars(module)
        self._definitions: dict[str, list[Callable[[], Any]]] = {
            name: [partial(self._execute, name, code)]
            for name, code in compiled.definitions.items()
        }
        self._in_progress: Counter[tuple[str, int]] = Counter()

    def __missing__(self, name: str) -> Any:
        if not self.knows(name):
            raise KeyError(name)
        try:
            return self.define(name)
        except KeyError as error:  # which Python would take for an unknown name
            raise ImportError(f"failed to define {name} in {self._module.__name__}") from error

    def knows(self, name: str) -> bool:
        """Return whether the module has a definition of `name` that this thread is not running."""
        return len(self._definitions.get(name, ())) > self._in_progress[name, get_ident()]

    def define(self, name: str) -> Any:
        """Execute the last definition of `name`, and return its value.

        If the definition needs the name itself, it gets the value of the one before it. If two
        threads define it at the same time, both get the value of the one that is first.
        """
        definitions, mark = self._definitions[name], (name, get_ident())
        self._in_progress[mark] += 1
        try:
            value = definitions[-self._in_progress[mark]]()
        finally:
            self._in_progress[mark] -= 1
        return self._names.setdefault(name, value)

    def _execute(self, name: str, code: bytes) -> Any:
        defined: dict[str, Any] = {}
        exec(marshal.loads(code), self._names, defined)  # noqa: S102, S302 - checked when it was read
        return defined[name]

    def waiting(self) -> set[str]:
        """Return the names that are not defined yet."""
        return self._definitions.keys() - self._names.keys()

    def keeps(self, name: str, value: object) -> bool:
        """Return whether `value` is the package's module `name`, which a definition replaces."""
        return (
            name in self._definitions
            and isinstance(value, ModuleType)
            and value.__name__ == f"{self._module.__name__}.{name}"
        )

    def _import_star(self, source_name: str, except_for: tuple[str, ...], complete: bool) -> None:
        """Import all public names of a module; those that it has not defined stay undefined.

        Args:
            source_name: the name of the module, with leading dots if it is relative.
            except_for: names that this module defines later on.
            complete: whether all names are defined at once.
        """
        source = import_module(resolve_name(source_name, self._names["__package__"]))
        if source is self._module:
            return
        namespace = namespace_of(source)
        names = vars(source).keys() | (set() if namespace is None else namespace.waiting())
        public = {name for name in names if not name.startswith("_")}
        for name in set(getattr(source, "__all__", public)).difference(except_for):
            if complete or name in vars(source):
                self._names[name] = getattr(source, name)
                continue
            earlier = self._definitions.setdefault(name, [])
            if name in self._names:
                earlier.append(partial(_unchanged, self._names.pop(name)))
            earlier.append(partial(getattr, source, name))


def _unchanged(value: Any) -> Any:
    return value


def namespace_of(module: ModuleType) -> Namespace | None:
    """Return the definitions of `module`, if it was loaded lazily."""
    found = vars(module).get("__builtins__")
    return found if isinstance(found, Namespace) else None


def execute(module: ModuleType, compiled: Compiled) -> None:
    """Run the code of `module`, and let all others find the names that it has yet to define."""
    names = vars(module)
    namespace = names["__builtins__"] = Namespace(module, compiled)
    names["__getattr__"] = _attributes(module, namespace, _no_attribute(module))
    names["__dir__"] = lambda: sorted(names.keys() | namespace.waiting())
    before = names["__getattr__"]
    exec(compiled.code, names)  # noqa: S102 - it is the module's own code
    if names["__getattr__"] is not before:
        names["__getattr__"] = _attributes(module, namespace, names["__getattr__"])


def _attributes(
    module: ModuleType, namespace: Namespace, other: Callable[[str], Any]
) -> Callable[[str], Any]:
    """Return the module's ``__getattr__``: its definitions, `other` attributes, its own modules.

    With an ordinary import, some module or other has imported most modules of a package.
    """

    def attribute(name: str) -> Any:
        if namespace.knows(name):
            return namespace.define(name)
        try:
            return other(name)
        except AttributeError:
            if name.startswith("__") or not hasattr(module, "__path__"):
                raise
            full_name = f"{module.__name__}.{name}"
            try:
                return import_module(full_name)
            except ModuleNotFoundError as error:
                if error.name != full_name:
                    raise
            raise

    return attribute


def _no_attribute(module: ModuleType) -> Callable[[str], Any]:
    def attribute(name: str) -> Any:
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    return attribute
