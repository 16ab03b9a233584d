"""Lends LiteLLM a call's own HTTP client where it would otherwise use one of its own.

For some vendors, Cohere among them, LiteLLM drops the client that it is given and takes one from
its client cache, or the one that it shares, which are module attributes. Such a call would bypass
our proxy, certificates and deadlines and would be sent even with ``--dry-run``, and we would not
see its answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

_Item = TypeVar("_Item")

_CACHE = "in_memory_llm_clients_cache"
_KEY = "httpx_client"
_lent: ContextVar[Any] = ContextVar("lent", default=None)


@contextmanager
def lending(litellm: object, client: object) -> Iterator[None]:
    """Make `litellm` find `client` in its cache, in this thread, until the context ends."""
    _watch(litellm)
    token = _lent.set(client)
    try:
        yield
    finally:
        _lent.reset(token)


def lent_client() -> Any:
    """Return the client that is lent in this thread; ``None`` if there is none."""
    return _lent.get()


def lending_for_each(litellm: object, client: object, items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield `items`, and lend `client` while each is made: a stream may begin with a request."""
    while True:
        with lending(litellm, client):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


def _watch(litellm: object) -> None:
    cache = getattr(litellm, _CACHE)
    if not isinstance(cache, _LendingCache):
        setattr(litellm, _CACHE, _LendingCache(cache))


class _LendingCache:
    """LiteLLM's cache, except that it returns the lent client."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def get_cache(self, key: str, **named: Any) -> Any:
        """Return the lent client if `key` is for an HTTP client, else the cached value."""
        client = _lent.get()
        if client is not None and key.startswith(_KEY):
            return client
        return self._cache.get_cache(key, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)
