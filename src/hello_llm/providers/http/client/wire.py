"""The httpx transport of one call: connections that are watched, and responses that are tapped.

Everything here implements a documented interface of httpx or httpcore. This module imports both
when it is imported, so others import it inside functions.
"""

import ssl
from collections.abc import Callable, Iterator

import httpcore
import httpx

from hello_llm.contract.address import to_resolve
from hello_llm.providers.http.client.certificates import NO_CERTIFICATES, Certificates
from hello_llm.providers.http.client.dialing import EarlyDial, dial
from hello_llm.providers.http.client.http11 import Body, HttpConnection, KeptConnections, Way
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.streams import Stream, TcpStream, TlsStream
from hello_llm.providers.http.client.tls import context_without_certificates
from hello_llm.providers.http.client.tunnel import open_tunnel

_CODING = b"content-encoding"


class TappedTransport(httpx.BaseTransport):
    """Sends requests by another transport, and passes on other responses in place of its own."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        prepare: Callable[[httpx.Request], httpx.Request],
        receive: Callable[[httpx.Response], httpx.Response],
    ) -> None:
        """Wrap `inner`.

        Args:
            inner: sends the requests.
            prepare: returns the request to send, or raises an error instead.
            receive: returns the response to pass on for one whose headers have arrived.
        """
        self._inner = inner
        self._prepare = prepare
        self._receive = receive

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and return the response once its headers have arrived."""
        return self._receive(self._inner.handle_request(self._prepare(request)))

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def with_body(response: httpx.Response, chunks: Iterator[bytes]) -> httpx.Response:
    """Return a response like `response` whose decoded body is `chunks`."""
    headers = [(name, value) for name, value in response.headers.raw if name.lower() != _CODING]
    return httpx.Response(
        response.status_code,
        headers=headers,
        stream=Body(chunks, response.close),
        extensions=response.extensions,
    )


class WireTransport(httpx.BaseTransport):
    """A transport over connections that a call's network watches."""

    def __init__(
        self,
        context: ssl.SSLContext,
        network: Network,
        early: EarlyDial | None = None,
        kept: KeptConnections | None = None,
        certificates: Certificates = NO_CERTIFICATES,
    ) -> None:
        """Prepare the transport.

        Args:
            context: how to shake hands over TLS.
            network: gets the connections, and leads through the proxy.
            early: a connection that is being made already, for the first request.
            kept: the connections of earlier calls, which gets those of this one at the end.
            certificates: the files that `context` was made from.
        """
        self._network = network
        self._context = context
        self._early = early
        self._kept = kept
        self._certificates = certificates
        self._used: list[tuple[Way, HttpConnection]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and return the response once its headers have arrived."""
        network, url = self._network, request.url
        if url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(f"there is no protocol {url.scheme!r} for calls")
        network.secure = url.scheme == "https"
        target, headers = url.raw_path, request.headers.raw
        if network.forwards and network.proxy is not None:
            target = b"http://" + request.headers["host"].encode() + target
            login = network.proxy.headers.items()
            headers = [*headers, *((name.encode(), value.encode()) for name, value in login)]
        sent = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target),
            headers=headers,
            content=request.stream,
            extensions=request.extensions,
        )
        response = _Pool(self._connection).handle_request(sent)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=Body(response.iter_stream(), response.close),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Leave the connections to other calls as far as they are of use, and close the rest."""
        usable = self._network.release() and self._network.answered
        for way, connection in self._used:
            over = connection.rests or connection.ends_soon
            if self._kept is not None and usable and over:
                self._kept.keep(way, connection)
            else:
                connection.close()
        self._used.clear()
        self._kept = None  # whoever still has this client must not keep them open

    def _connection(self, request: httpcore.Request) -> HttpConnection:
        """Return a connection for `request`: one that another call left, or a new one."""
        network, host = self._network, request.url.host.decode("ascii")
        port = request.url.port or (443 if network.secure else 80)
        scheme = request.url.scheme.decode("ascii")
        way = Way(scheme, host, port, network.proxy, self._certificates)
        connection = None if self._kept is None else self._kept.take(way)
        if connection is None:
            limit_s = request.extensions.get("timeout", {}).get("connect")
            connection = HttpConnection(self._opened(host, port, limit_s), network)
        else:
            connection.serve(network)
        self._used.append((way, connection))
        return connection

    def _opened(self, host: str, port: int, limit_s: float | None) -> Stream:
        """Open a connection to `host`, through the proxy if there is one."""
        network, proxy = self._network, self._network.proxy
        if proxy is None:
            stream: Stream = self._dialled(host, port, limit_s)
        elif network.forwards:
            stream = self._dialled(proxy.host, proxy.port, limit_s)
            host = proxy.host
        else:
            stream = self._tunnelled(proxy, host, port, limit_s)
        if network.ends_secure:
            return TlsStream.over(stream, self._context, host, network)
        network.step = Step.OPEN
        return stream

    def _tunnelled(self, proxy: Proxy, host: str, port: int, limit_s: float | None) -> Stream:
        network = self._network
        stream: Stream = self._dialled(proxy.host, proxy.port, limit_s)
        try:
            if proxy.scheme == "https":
                stream = TlsStream.over(stream, self._context, proxy.host, network)
            network.step = Step.TUNNELLING
            open_tunnel(stream, proxy, to_resolve(host), port)
        except BaseException:
            stream.close()
            raise
        network.at_proxy = False
        return stream

    def _dialled(self, host: str, port: int, limit_s: float | None) -> TcpStream:
        network, goal = self._network, (to_resolve(host), port)
        early, self._early = self._early, None
        try:
            sock = None
            if early is not None and early.goal == goal:
                sock, left_s = early.finish()
                network.begin(left_s)
            if sock is None:
                network.begin(limit_s)
                sock = dial(*goal, network)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        return TcpStream(sock, network)


class _Pool(httpcore.ConnectionPool):
    """A pool for one request; those who replace httpcore's pool in a test replace this one, too."""

    def __init__(self, connect: Callable[[httpcore.Request], HttpConnection]) -> None:
        super().__init__(ssl_context=context_without_certificates())
        self._connect = connect

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:  # noqa: ARG002 - the request has it
        return _Exchange(self._connect)


class _Exchange(httpcore.ConnectionInterface):
    """One request and its response, over a connection that the pool does not keep."""

    def __init__(self, connect: Callable[[httpcore.Request], HttpConnection]) -> None:
        self._connect = connect

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        return self._connect(request).send(request)

    def can_handle_request(self, origin: httpcore.Origin) -> bool:  # noqa: ARG002 - just the one
        return False

    def is_available(self) -> bool:
        return False

    def has_expired(self) -> bool:
        return False

    def is_idle(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return False

    def close(self) -> None:
        """Leave the connection to its owner."""
