"""Imports LiteLLM: once, quietly, as fast as it can be done, with nothing left to chance."""

import gc
import logging
import os
import threading
import warnings
from typing import Any

from hello_llm.machine.environment import import_environment, neutralise
from hello_llm.machine.limits import require_descriptors, require_memory
from hello_llm.providers.litellm.lazy_exports import defer_exports
from hello_llm.providers.litellm.lazy_tokenizer import spare
from hello_llm.providers.litellm.own_requests import forbid

_LEAST_MIB = 208
"""The address space that a process with LiteLLM takes at least; measured: 190 MiB."""
_LEAST_FILES = 8
"""The files that are open at once; with fewer LiteLLM complains at length."""

_lock = threading.Lock()
_loaded: list[Any] = []
_settled: set[int] = set()


def load() -> Any:  # noqa: ANN401 - the module is untyped
    """Return the ``litellm`` module, importing it at the first call (1.5 s or more).

    What would change a call is taken from the environment of each process once: a fork may have
    been given another.
    """
    with _lock:
        if not _loaded:
            _loaded.append(_import())
        if os.getpid() not in _settled:
            _settled.add(os.getpid())
            neutralise()
        return _loaded[0]


def _import() -> Any:  # noqa: ANN401 - the module is untyped
    require_memory(_LEAST_MIB)
    require_descriptors(_LEAST_FILES)
    collecting = gc.isenabled()
    # 770 collections during the import and one of the whole heap at exit are half of its cost.
    gc.disable()
    defer_exports()
    try:
        with import_environment():
            import litellm
        spare(litellm)
        forbid(litellm)
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
    _silence(litellm)
    return litellm


def _silence(litellm: Any) -> None:  # noqa: ANN401 - the module is untyped
    litellm.suppress_debug_info = True
    # It would hand each piece of a stream to threads that log it to nobody, for half of all time.
    litellm.disable_streaming_logging = True
    # It aborts a stream after 100 equal chunks; a model may well repeat itself.
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = 10**9
    # It counts tokens itself where the server did not, and passes its guess off as the server's.
    litellm.disable_token_counter = True
    # Pydantic complains on stderr of what servers send, as soon as LiteLLM copies it.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
