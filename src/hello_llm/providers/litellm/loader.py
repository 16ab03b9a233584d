"""Imports LiteLLM once, quietly, as fast as possible and in a controlled environment."""

import gc
import logging
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from hello_llm.machine.environment import import_environment, neutralise
from hello_llm.machine.limits import require_descriptors, require_memory
from hello_llm.providers.litellm.lazy_names.cache import NoCacheError
from hello_llm.providers.litellm.lazy_names.finder import Finder, install, uninstall
from hello_llm.providers.litellm.own_requests import forbid
from hello_llm.providers.litellm.unused import spare, without_claudes_tokenizer

_LEAST_MIB = 208
"""The minimum address space, in MiB, for a process with LiteLLM; measured: 190 MiB."""
_LEAST_FILES = 8
"""The number of files open at once; with a lower limit, LiteLLM prints long complaints."""

_lock = threading.Lock()
_loaded: list[Any] = []
_settled: set[int] = set()
_finders: list[Finder] = []
_refusals: list[str] = []


def load_lazily(cache_folder: Path | None) -> None:
    """Let :func:`load` execute the definitions in LiteLLM's modules when they are first used.

    If they cannot be kept in `cache_folder` once they are compiled, or if LiteLLM is loaded
    already, everything stays as it is.
    """
    with _lock:
        if "litellm" in sys.modules or _finders or _refusals:
            return
        if cache_folder is None:
            _refusals.append("there is no home folder to keep compiled modules in")
            return
        try:
            _finders.append(install(cache_folder))
        except NoCacheError as reason:
            _refusals.append(str(reason))


def why_not_lazily() -> str | None:
    """Return why LiteLLM was loaded as usual although :func:`load_lazily` was called, if so."""
    return _refusals[0] if _refusals else None


def is_compiling() -> bool:
    """Return whether modules are being compiled, which later processes need not do."""
    return any(finder.cache.fills for finder in _finders)


def load() -> Any:
    """Return the ``litellm`` module, importing it on the first call (1.5 s or more).

    Environment variables that would change a call are removed once in each process, because a
    fork may have been given a different environment.
    """
    with _lock:
        if not _loaded:
            _loaded.append(_import())
        if os.getpid() not in _settled:
            _settled.add(os.getpid())
            neutralise()
        return _loaded[0]


def is_loaded() -> bool:
    """Return whether LiteLLM has been imported, so that :func:`load` returns at once."""
    return bool(_loaded)


def _import() -> Any:
    require_memory(_LEAST_MIB)
    require_descriptors(_LEAST_FILES)
    collecting = gc.isenabled()
    # Half of the cost is 770 collections during the import and one of the whole heap at exit.
    gc.disable()
    try:
        return _lazily_or_not()
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def _lazily_or_not() -> Any:
    """Import LiteLLM; if that fails lazily, import it again as usual."""
    try:
        return _import_once()
    except Exception as error:
        if not _finders:
            raise
        uninstall(_finders.pop())
        _refusals.append(f"{type(error).__name__}: {error}")
    return _import_once()


def _import_once() -> Any:
    with import_environment(), without_claudes_tokenizer():
        import litellm
    spare(litellm)
    forbid(litellm)
    _silence(litellm)
    return litellm


def _silence(litellm: Any) -> None:
    litellm.suppress_debug_info = True
    # LiteLLM would log each chunk to nobody, in other threads, for half of the total time.
    litellm.disable_streaming_logging = True
    # LiteLLM aborts a stream after 100 equal chunks, but a model may well repeat itself.
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = 10**9
    # LiteLLM guesses token counts that the server left out, and reports them as the server's.
    litellm.disable_token_counter = True
    # Pydantic warns on stderr about servers' data when LiteLLM copies it.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
