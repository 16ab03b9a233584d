"""Lends LiteLLM a call's own HTTP client where it would take one of its own.

For some vendors, Cohere among them, LiteLLM drops the client that it is given and looks into its
cache of clients, which is an attribute of the module. Such a call would go past our proxy,
certificates and deadlines, be sent by ``--dry-run``, and its answer would not be seen here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_CACHE = "in_memory_llm_clients_cache"
_KEY = "httpx_client"
_lent: ContextVar[Any] = ContextVar("lent", default=None)


@contextmanager
def lending(litellm: Any, client: Any) -> Iterator[None]:  # noqa: ANN401 - untyped substrate
    """Have `litellm` find `client` in its cache, in this thread and for as long as this lasts."""
    _watch(litellm)
    token = _lent.set(client)
    try:
        yield
    finally:
        _lent.reset(token)


def _watch(litellm: Any) -> None:  # noqa: ANN401 - the module is untyped
    cache = getattr(litellm, _CACHE)
    if not isinstance(cache, _LendingCache):
        setattr(litellm, _CACHE, _LendingCache(cache))


class _LendingCache:
    """LiteLLM's cache, but for the client that is lent."""

    def __init__(self, cache: Any) -> None:  # noqa: ANN401 - LiteLLM's LLMClientCache
        self._cache = cache

    def get_cache(self, key: str, **named: Any) -> Any:  # noqa: ANN401 - as LiteLLM has it
        """Return the client for `key`."""
        client = _lent.get()
        if client is not None and key.startswith(_KEY):
            return client
        return self._cache.get_cache(key, **named)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the cache has
        return getattr(self._cache, name)
