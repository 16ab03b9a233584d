"""The httpx transport of one call: a pool over watched sockets, and responses that are tapped.

Everything here implements a documented interface of httpx or httpcore: a custom transport, a custom
network backend, and a response over a stream of our own. This module imports both when it is
imported, so others import it inside functions.
"""

import re
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import httpx

from hello_llm.contract.address import to_resolve
from hello_llm.providers.http.client.dialing import EarlyDial, dial
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.streams import TcpStream, TlsStream
from hello_llm.providers.http.client.tunnel import open_tunnel

_CODING = b"content-encoding"
_BETWEEN_CHUNKS = re.compile(rb"\r\n0*[1-9A-Fa-f][0-9A-Fa-f]*\r\n(?=.)", re.DOTALL)
"""The end of a chunk of HTTP and the size of the next, which follows; the last is empty."""

_UNMISTAKABLE = 32
"""From how many bytes on a chunk is not found by mistake in what stands before it."""


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
        stream=_Body(chunks, response.close),
        extensions=response.extensions,
    )


class _Body(httpx.SyncByteStream):
    """A body that arrives in `chunks`, and what to call to close it."""

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        self._close()


class PoolTransport(httpx.BaseTransport):
    """A transport over httpcore's connection pool and a network that is watched."""

    def __init__(
        self, context: ssl.SSLContext, network: Network, early: EarlyDial | None = None
    ) -> None:
        """Connect over `network`, with TLS by `context`, and use the connection made `early`."""
        self._network = network
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=_Backend(context, network, early)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and return the response once its headers have arrived."""
        url, headers = self._goal(request), request.headers.raw
        if self._network.forwards and self._network.proxy is not None:
            login = self._network.proxy.headers.items()
            headers = [*headers, *((name.encode(), value.encode()) for name, value in login)]
        sent = httpcore.Request(
            method=request.method,
            url=url,
            headers=headers,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            response = self._pool.handle_request(sent)
        except Exception as error:
            raise _translated(error) from error
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(reads_of(response, self._network), response.close),
            extensions=response.extensions,
        )

    def _goal(self, request: httpx.Request) -> httpcore.URL:
        """Return where `request` goes: to its server, or to a proxy that forwards it."""
        url, network = request.url, self._network
        network.secure = url.scheme == "https"
        if not network.forwards or network.proxy is None:
            return httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            )
        target = b"http://" + request.headers["host"].encode() + url.raw_path
        proxy = network.proxy
        return httpcore.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port, target=target)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def reads_of(response: httpcore.Response, network: Network) -> Iterator[bytes]:
    """Yield the body of `response` as it arrived: the chunks of HTTP that one read brought, joined.

    Raises:
        httpx.RequestError: the connection failed, or the server broke the rules of HTTP.
    """
    held: list[bytes] = []
    reads = _Reads(network)
    try:
        for chunk in response.iter_stream():
            held.append(chunk)
            if not reads.have_more(chunk):
                yield b"".join(held)
                held = []
    except Exception as error:
        if held:
            yield b"".join(held)
        raise _translated(error) from error
    if held:
        yield b"".join(held)


class _Reads:
    """Follows the chunks of HTTP through the reads of a network, each of which may bring many.

    Most servers send each frame of a stream as a chunk of its own. What httpcore still has to yield
    before it reads again is not part of its interface, so it is looked up in what was read.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._read = b""
        self._place = 0
        self._certain = False

    def have_more(self, chunk: bytes) -> bool:
        """Return whether another chunk arrived together with `chunk`; false if that is uncertain.

        Args:
            chunk: the next chunk of the body; each call gets the following one.
        """
        if self._read is not self._network.latest:
            self._read, self._place, self._certain = self._network.latest, 0, False
        start = self._place
        if not self._certain:
            start = self._read.find(chunk, start) if len(chunk) >= _UNMISTAKABLE else -1
        if start < 0:
            return False
        self._place = start + len(chunk)
        between = _BETWEEN_CHUNKS.match(self._read, self._place)
        self._certain = between is not None
        self._place = self._place if between is None else between.end()
        return self._certain


def _translated(error: Exception) -> Exception:
    """Return httpx's exception for one of httpcore's, which have the same names, or `error`."""
    for kind in type(error).__mro__:
        theirs = getattr(httpx, kind.__name__, None)
        if theirs is not None and getattr(httpcore, kind.__name__, None) is kind:
            return theirs(str(error))  # type: ignore[no-any-return]
    return error


class _Backend(httpcore.NetworkBackend):
    """Opens the connections of a network, through its proxy if there is one."""

    def __init__(self, context: ssl.SSLContext, network: Network, early: EarlyDial | None) -> None:
        self._context = context
        self._network = network
        self._early = early

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - as httpcore has it
        socket_options: Any = None,  # noqa: ANN401, ARG002 - as httpcore has it
    ) -> httpcore.NetworkStream:
        network = self._network
        proxy = network.proxy
        if proxy is None or network.forwards:
            stream: TcpStream | TlsStream = self._dialled(host, port, timeout)
        else:
            stream = self._tunnelled(proxy, host, port, timeout)
        if not network.ends_secure:
            network.step = Step.OPEN
        return stream

    def _tunnelled(
        self, proxy: Proxy, host: str, port: int, timeout: float | None
    ) -> TcpStream | TlsStream:
        network = self._network
        stream: TcpStream | TlsStream = self._dialled(proxy.host, proxy.port, timeout)
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

    def _dialled(self, host: str, port: int, timeout: float | None) -> TcpStream:
        network, goal = self._network, (to_resolve(host), port)
        early, self._early = self._early, None
        try:
            sock = None
            if early is not None and early.goal == goal:
                sock, left_s = early.finish()
                network.begin(left_s)
            if sock is None:
                network.begin(timeout)
                sock = dial(*goal, network)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return TcpStream(sock, network)
