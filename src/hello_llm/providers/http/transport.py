"""How calls reach a server: the settings of the HTTP client, none of them from the environment."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file
from hello_llm.providers.http.address import is_address, place_of

if TYPE_CHECKING:
    import httpx

_LARGEST_BUNDLE = 16 * 2**20
"""Bytes of a file of certificates; those that systems come with have a quarter of a megabyte."""


@dataclass(frozen=True, slots=True)
class Transport:
    """What is the same for every call of a provider."""

    connect_timeout: float | None = 10.0
    """Seconds to wait for a connection; ``None`` waits for ever."""
    timeout: float | None = 600.0
    """Seconds to wait for each piece of an answer; ``None`` waits for ever."""
    proxy: str | None = None
    """The address of the proxy that calls go through."""
    ca_file: Path | None = None
    """A PEM file of certificates to trust besides the usual ones."""

    @property
    def proxy_address(self) -> str | None:
        """The address of the proxy without the password that it may hold, for a message."""
        if self.proxy is None:
            return None
        return f"{urlsplit(self.proxy).scheme}://{place_of(self.proxy)}"

    @property
    def timeouts(self) -> dict[str, float | None]:
        """The bounds of one request, as httpcore names them."""
        waiting = dict.fromkeys(("read", "write", "pool"), self.timeout)
        return {"connect": self.connect_timeout, **waiting}

    def client(
        self,
        on_request: Callable[[Any], None],
        on_response: Callable[[Any], None],
        *,
        secure: bool = True,
    ) -> "httpx.Client":
        """Return a client that calls the hooks; it follows no redirect and keeps no cookie.

        Args:
            on_request: called with each request before it is sent.
            on_response: called with each answer when its headers are there.
            secure: whether TLS may be spoken; without it no certificate is read or trusted.

        Raises:
            UsageError: the proxy has no address, or the file of certificates cannot be read.
        """
        import httpx

        return httpx.Client(
            trust_env=False,
            follow_redirects=False,
            proxy=self._checked_proxy(),
            verify=_trusting(self.ca_file) if secure or self.ca_file else _trusting_nobody(),
            # Compressed pieces of a stream would wait for each other.
            headers={"accept-encoding": "identity"},
            event_hooks={"request": [on_request], "response": [on_response]},
        )

    def _checked_proxy(self) -> str | None:
        if self.proxy is not None and not is_address(self.proxy):
            raise UsageError(
                "the proxy is not an http:// or https:// address",
                'write it into the profile as proxy = "http://HOST:PORT"',
            )
        return self.proxy


def _trusting_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the usual certificates and those in `ca_file`.

    To read them takes longer than a call over loopback does, so it is done once.
    """
    import httpx

    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is None:
        return context
    try:
        certificates = read_file(ca_file, _LARGEST_BUNDLE).decode("ascii", errors="ignore")
        context.load_verify_locations(cadata=certificates)
    except OSError as error:  # ssl.SSLError, for a file without certificates, is one
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(
            f"cannot read the certificates in {ca_file}: {reason}",
            "name a PEM file in the profile: ca_file",
        ) from None
    return context
