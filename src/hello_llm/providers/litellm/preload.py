"""Imports the modules that an answer needs while a person types or a pipe fills."""

import sys
import threading
from contextlib import suppress


def preload(model: str | None) -> None:
    """Start importing LiteLLM and everything that a first call to `model` needs; return at once.

    The thread does not keep the process from exiting. Errors in it are ignored, since they recur
    in the call, which reports them.
    """
    if "litellm" not in sys.modules:
        threading.Thread(target=_preload, args=(model,), name="preload", daemon=True).start()


def _preload(model: str | None) -> None:
    from hello_llm.providers.litellm.rehearsal import rehearse

    with suppress(Exception):
        rehearse(model or "")
