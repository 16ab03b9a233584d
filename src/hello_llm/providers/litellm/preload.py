"""Uses the time in which a person types, or a pipe fills, to import what the answer needs."""

import sys
import threading
from contextlib import suppress


def preload(model: str | None) -> None:
    """Start to import LiteLLM, and what a first call of `model` needs; return at once.

    The thread does not keep the process from ending. What fails in it fails again in the call,
    and is reported there.
    """
    if "litellm" not in sys.modules:
        threading.Thread(target=_preload, args=(model,), name="preload", daemon=True).start()


def _preload(model: str | None) -> None:
    from hello_llm.providers.litellm.rehearsal import rehearse

    with suppress(Exception):
        rehearse(model or "")
