"""Makes the OpenAI library import of its 300 modules of resources only those that a call uses.

The library imports each resource (chat, embeddings, files …) at its first use, but all of them
come along with the first: importing one executes ``openai/resources/__init__``, which imports
administration, evaluations, assistants and all others. That is half of a first call's time.

The package that stands here in its place knows where its modules lie and holds nothing; whoever
asks it for a name gets the real ``__init__`` executed then. What this costs: it rests on the
modules of the package not asking the package itself for names, which a test watches, and
``importlib.util.LazyLoader`` would not do, as it executes a package for any of its modules.
"""

import sys
from importlib import reload
from importlib.util import find_spec, module_from_spec
from threading import RLock

_NAME = "openai.resources"


def defer_resources() -> None:
    """Let ``openai.resources`` be executed when a name of it is asked for, if it was not yet."""
    if _NAME in sys.modules:
        return
    spec = find_spec(_NAME)
    if spec is None:  # another layout needs no deferring
        return
    package = module_from_spec(spec)
    executing = RLock()

    def execute(name: str) -> object:
        if name.startswith("__") and name != "__all__":  # asked of any module, by any inspection
            raise AttributeError(name)
        with executing:
            if vars(package).pop("__getattr__", None) is not None:
                reload(package)
        try:
            return vars(package)[name]
        except KeyError:
            raise AttributeError(f"module {_NAME!r} has no attribute {name!r}") from None

    package.__getattr__ = execute  # type: ignore[method-assign]
    sys.modules[_NAME] = package
