"""Prints what each public name of LiteLLM's modules means, to compare two ways of importing them.

Run as a program, with ``lazily`` or ``usually`` and perhaps a file of names of modules; without
such a file, it lists the modules that calls in all protocols have loaded.
"""

import inspect
import json
import os
import re
import sys
import types
from datetime import datetime
from importlib import import_module
from typing import get_args, get_origin

from hello_llm.providers.litellm.lazy_names.finder import PACKAGES
from hello_llm.providers.litellm.loader import load_lazily, why_not_lazily
from hello_llm.providers.litellm.rehearsal import rehearse_all
from hello_llm.settings.paths import default_cache_folder

MISSING = "missing"
"""What stands for a name that the module does not have."""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+|\d{10}\.\d+")


def described(value):
    """Return a text that is the same for the same value in another process."""
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if inspect.isclass(value):
        return _class(value)
    if inspect.isfunction(value):
        return _function(value)
    return f"{type(value).__qualname__} {_plain(value)}"


def _class(value):
    members = {
        name: _function(member) if inspect.isfunction(member) else type(member).__qualname__
        for name, member in sorted(vars(value).items())
        if not (name.startswith("_") or isinstance(member, bool))  # some are only kept results
    }
    fields = getattr(value, "model_fields", None) or getattr(value, "__dataclass_fields__", {})
    keys = sorted(getattr(value, "__required_keys__", ()))
    names = [_plain(base) for base in value.__mro__]
    hints = {name: _plain(hint) for name, hint in inspect.get_annotations(value).items()}
    return str([value.__module__, names, members, sorted(fields), keys, hints])


def _function(value):
    parameters = inspect.signature(value, follow_wrapped=False).parameters.values()
    written = [f"{one.kind.name} {one.name} {_plain(one.default)}" for one in parameters]
    return f"def {value.__module__}.{value.__qualname__} {written} {value.__doc__}"


def _plain(value):
    if isinstance(value, set | frozenset):
        return str(sorted(map(_plain, value)))
    if isinstance(value, dict):
        return str({_plain(key): _plain(item) for key, item in value.items()})
    if get_origin(value) is not None:  # Union[int, str] may be written as Union[str, int]
        return f"{get_origin(value)} {sorted(map(_plain, get_args(value)))}"
    if isinstance(value, type) and "[" in value.__qualname__:
        return value.__qualname__  # its module is the first that used it
    if isinstance(value, datetime):
        return "the time of the import"
    if isinstance(value, types.FunctionType | type):
        return f"{value.__module__}.{value.__qualname__}"
    return _ADDRESS.sub("", repr(value))


def listing(wanted):
    """Return descriptions by module and name; ``None`` stands for what cannot be imported.

    Args:
        wanted: the names of modules, each with the names to describe, or ``None`` for all.
    """
    found: dict[str, dict[str, str] | None] = {}
    for name, names in sorted(wanted.items()):
        try:
            module = import_module(name)
        except ImportError:
            found[name] = None
            continue
        public = [one for one in dir(module) if not one.startswith("_") and one != "annotations"]
        found[name] = {
            one: described(getattr(module, one)) if hasattr(module, one) else MISSING
            for one in names or public
        }
    return found


def _main():
    if sys.argv[1] == "lazily":
        load_lazily(default_cache_folder())
    rehearse_all()
    if reason := why_not_lazily():
        sys.exit(reason)
    loaded = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
    wanted = json.load(sys.stdin) or dict.fromkeys(loaded)
    json.dump(listing(wanted), sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
