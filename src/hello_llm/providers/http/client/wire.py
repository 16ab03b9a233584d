"""The httpx transport of one call: a pool over watched sockets, and responses that are tapped.

Everything here implements a documented interface of httpx or httpcore: a custom transport, a custom
network backend, and a response over a stream of our own. This module imports both when it is
imported, so others import it inside functions.
"""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import httpx

from hello_llm.providers.http.client.network import Network

_CODING = b"content-encoding"


class TappedTransport(httpx.BaseTransport):
    """Sends requests by another transport, and passes on other responses in place of its own."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        prepare: Callable[[httpx.Request], None],
        receive: Callable[[httpx.Response], httpx.Response],
    ) -> None:
        """Wrap `inner`.

        Args:
            inner: sends the requests.
            prepare: may change a request, or raise an error instead of sending it.
            receive: returns the response to pass on for one whose headers have arrived.
        """
        self._inner = inner
        self._prepare = prepare
        self._receive = receive

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and return the response once its headers have arrived."""
        self._prepare(request)
        return self._receive(self._inner.handle_request(request))

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

    def __init__(self, context: ssl.SSLContext, proxy: str | None, network: Network) -> None:
        """Connect over `network`, through the proxy at the address `proxy` if there is one."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=None if proxy is None else httpcore.Proxy(proxy),
            network_backend=_Backend(network),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and return the response once its headers have arrived."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
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
            stream=_Body(_arriving(response), response.close),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _arriving(response: httpcore.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_stream()
    except Exception as error:
        raise _translated(error) from error


def _translated(error: Exception) -> Exception:
    """Return httpx's exception for one of httpcore's, which have the same names, or `error`."""
    for kind in type(error).__mro__:
        theirs = getattr(httpx, kind.__name__, None)
        if theirs is not None and getattr(httpcore, kind.__name__, None) is kind:
            return theirs(str(error))  # type: ignore[no-any-return]
    return error


class _Backend(httpcore.NetworkBackend):
    """Opens connections that a network watches."""

    def __init__(self, network: Network) -> None:
        self._inner = httpcore.SyncBackend()
        self._network = network

    def connect_tcp(self, *where: Any, **options: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - as httpcore has it
        stream = self._inner.connect_tcp(*where, **options)
        self._network.add(stream.get_extra_info("socket"))
        return _Stream(stream, self._network, checked=not self._network.secure)


class _Stream(httpcore.NetworkStream):
    """A connection that a network watches."""

    def __init__(self, inner: httpcore.NetworkStream, network: Network, *, checked: bool) -> None:
        self._inner = inner
        self._network = network
        self._checked = checked

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._checked:
            return self._inner.read(max_bytes, timeout)
        data = self._inner.read(max_bytes, self._network.limited(timeout))
        self._network.check(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *context: Any, **options: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - as httpcore has it
        inner = self._inner.start_tls(*context, **options)
        self._network.add(inner.get_extra_info("socket"))
        stream = _Stream(inner, self._network, checked=True)
        self._network.on_secure(stream)
        return stream

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore has it
        return self._inner.get_extra_info(info)
