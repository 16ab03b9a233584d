"""The settings of the HTTP client that makes calls; none come from the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hello_llm.contract import UsageError
from hello_llm.contract.address import PROXY_SCHEMES, find_fault
from hello_llm.providers.http.client.certificates import NO_CERTIFICATES, Certificates
from hello_llm.providers.http.client.dialing import EarlyDial
from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.tls import context_of, context_without_certificates

if TYPE_CHECKING:
    import httpx

    from hello_llm.providers.http.client.http11 import KeptConnections


@dataclass(frozen=True, slots=True)
class Transport:
    """The settings that all calls of a provider share."""

    connect_timeout: float | None = 10.0
    """Seconds until a connection must be open, TLS and the way through a proxy included; ``None``
    waits forever."""
    timeout: float | None = 600.0
    """Seconds to wait for each piece of an answer; ``None`` waits forever."""
    proxy: str | None = None
    """The address of the proxy that calls go through."""
    proxy_login: str | None = field(default=None, repr=False)
    """The user name and the password for the proxy, separated by a colon."""
    certificates: Certificates = NO_CERTIFICATES
    """The PEM files of certificates."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers to send with each request, besides those of the vendor's protocol."""
    secret_headers: frozenset[str] = frozenset()
    """The lower-case names of those that hold secrets."""

    @property
    def timeouts(self) -> dict[str, float | None]:
        """The timeouts of one request, by httpx's names."""
        waiting = dict.fromkeys(("read", "write", "pool"), self.timeout)
        return {"connect": self.connect_timeout, **waiting}

    @property
    def via(self) -> Proxy | None:
        """The proxy.

        Raises:
            UsageError: its address is invalid.
        """
        if self.proxy is None:
            return None
        fault = find_fault(self.proxy, PROXY_SCHEMES)
        if fault is None and "@" in self.proxy:
            fault = "it contains a user name or a password"
        if fault is not None:
            raise UsageError(
                f"the address of the proxy is not valid: {fault}",
                'proxy = "http://HOST:PORT" in the profile; a login: proxy_auth_env = "VARIABLE"',
            )
        return Proxy.at(self.proxy, self.proxy_login)

    def client(
        self,
        prepare: "Callable[[httpx.Request], httpx.Request]",
        receive: "Callable[[httpx.Response], httpx.Response]",
        network: Network,
        early: EarlyDial | None = None,
        kept: "KeptConnections | None" = None,
        *,
        secure: bool = True,
    ) -> "httpx.Client":
        """Return a client for one call; it follows no redirect.

        Args:
            prepare: returns the request to send for one that is to be sent.
            receive: returns the response to read in place of one whose headers have arrived.
            network: gets the connections, and leads through the proxy.
            early: a connection that is being made already, for the first request.
            kept: the connections of earlier calls, which gets those of this one at its end.
            secure: whether TLS may be used; if not, certificates are loaded only if they are named.

        Raises:
            UsageError: the proxy's address is invalid, or a certificate cannot be read.
        """
        import httpx

        from hello_llm.providers.http.client.wire import TappedTransport

        network.proxy = self.via
        network.shows_certificate = self.certificates.client_cert is not None
        wire = self._wire(network, early, kept, secure=secure)
        return httpx.Client(
            transport=TappedTransport(wire, prepare, receive),
            trust_env=False,
            follow_redirects=False,
            # Compression would hold back pieces of a stream.
            headers={"accept-encoding": "identity"},
        )

    def _wire(
        self,
        network: Network,
        early: EarlyDial | None,
        kept: "KeptConnections | None",
        *,
        secure: bool,
    ) -> "httpx.BaseTransport":
        from hello_llm.providers.http.client.wire import WireTransport

        secure = secure or (network.proxy is not None and network.proxy.scheme == "https")
        if not secure and self.certificates == NO_CERTIFICATES:
            context = context_without_certificates()
        else:
            context = context_of(self.certificates)
        return WireTransport(context, network, early, kept, self.certificates)
