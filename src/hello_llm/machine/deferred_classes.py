"""Imports a module without the classes that it mentions but hardly ever uses."""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType


def import_without(name: str, deferred: Mapping[str, str]) -> ModuleType:
    """Import the module `name`, but some classes that it needs only once they are used.

    It gets a stand-in for each of the classes, which imports the class itself when it is called or
    asked for an attribute, and does what that does. Other modules get the class itself, and so does
    this one if it is loaded already.

    Args:
        name: the module.
        deferred: the name of the class by the module that has it.
    """
    stand_ins = {
        source: _module(source, of) for source, of in deferred.items() if source not in sys.modules
    }
    sys.modules.update(stand_ins)
    try:
        return import_module(name)
    finally:
        for source in stand_ins:
            del sys.modules[source]


class _StandIn(type):
    """Makes classes that stand for those of the same name in the same module."""

    def __call__(cls, *args: object, **named: object) -> object:
        return cls._real()(*args, **named)

    def __getattr__(cls, name: str) -> object:
        return getattr(cls._real(), name)

    def _real(cls) -> type:
        real: type = getattr(import_module(cls.__module__), cls.__name__)
        return real


def _module(name: str, of: str) -> ModuleType:
    """Return a module that has nothing but a stand-in for the class `of`."""
    module = ModuleType(name)
    setattr(module, of, _StandIn(of, (), {"__module__": name}))
    return module
