"""The settings of the HTTP client that makes calls; none come from the environment."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file
from hello_llm.providers.http.address import is_address, place_of
from hello_llm.providers.http.client.network import Network

if TYPE_CHECKING:
    import httpx

_LARGEST_BUNDLE = 16 * 2**20
"""The maximum size of a certificate file in bytes; a system's own has a quarter of a megabyte."""


@dataclass(frozen=True, slots=True)
class Transport:
    """The settings that all calls of a provider share."""

    connect_timeout: float | None = 10.0
    """Seconds to wait for a connection; ``None`` waits forever."""
    timeout: float | None = 600.0
    """Seconds to wait for each piece of an answer; ``None`` waits forever."""
    proxy: str | None = None
    """The address of the proxy that calls go through."""
    ca_file: Path | None = None
    """A PEM file of certificates to trust besides the usual ones."""

    @property
    def proxy_address(self) -> str | None:
        """The address of the proxy without any password, for a message."""
        if self.proxy is None:
            return None
        return f"{urlsplit(self.proxy).scheme}://{place_of(self.proxy)}"

    @property
    def timeouts(self) -> dict[str, float | None]:
        """The timeouts of one request, by httpcore's names."""
        waiting = dict.fromkeys(("read", "write", "pool"), self.timeout)
        return {"connect": self.connect_timeout, **waiting}

    def client(
        self,
        prepare: "Callable[[httpx.Request], None]",
        receive: "Callable[[httpx.Response], httpx.Response]",
        network: Network,
        *,
        secure: bool = True,
    ) -> "httpx.Client":
        """Return a client for one call; it follows no redirect.

        Args:
            prepare: called with each request before it is sent.
            receive: returns the response to read in place of one whose headers have arrived.
            network: watches the connections.
            secure: whether TLS may be used; if not, certificates are loaded only for `ca_file`.

        Raises:
            UsageError: the proxy's address is invalid, or `ca_file` cannot be read.
        """
        import httpx

        from hello_llm.providers.http.client.wire import TappedTransport

        return httpx.Client(
            transport=TappedTransport(self._pool(network, secure=secure), prepare, receive),
            trust_env=False,
            follow_redirects=False,
            # Compression would hold back pieces of a stream.
            headers={"accept-encoding": "identity"},
        )

    def _pool(self, network: Network, *, secure: bool) -> "httpx.BaseTransport":
        from hello_llm.providers.http.client.wire import PoolTransport

        context = _trusting(self.ca_file) if secure or self.ca_file else _trusting_nobody()
        return PoolTransport(context, self._checked_proxy(), network)

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
    """Return an SSL context that trusts the usual certificates and those in `ca_file`.

    It is cached, since loading certificates takes longer than a call over loopback.
    """
    import httpx

    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is None:
        return context
    try:
        certificates = read_file(ca_file, _LARGEST_BUNDLE).decode("ascii", errors="ignore")
        context.load_verify_locations(cadata=certificates)
    except OSError as error:  # includes ssl.SSLError, for a file without certificates
        reason = "it contains no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(
            f"cannot read the certificates in {ca_file}: {reason}",
            "name a PEM file in the profile: ca_file",
        ) from None
    return context
