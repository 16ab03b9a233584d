"""Asks a proxy to connect to the server: by HTTP's CONNECT, or by SOCKS 5.

httpx can do both, but it drops the words of a proxy that refuses, and has no deadline for its
answer. This module imports httpx when it is imported, so others import it inside functions.
"""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

import h11
import httpx

from hello_llm.contract.address import to_verify
from hello_llm.providers.http.client.network import (
    NotHTTPError,
    SocksError,
    SocksLoginError,
    TunnelRefusedError,
)
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.streams import Stream

_SOCKS = 5
_NO_LOGIN, _BY_PASSWORD = 0, 2
_ADDRESS_SIZES = {1: 4, 4: 16}
_SOCKS_REPLIES = {
    1: "it failed",
    2: "its rules forbid the connection",
    3: "it has no route to the network",
    4: "it has no route to the host",
    5: "the host refused the connection",
    6: "the host did not answer in time",
    7: "it does not connect to hosts",
    8: "it does not support this kind of address",
}
_MOST_AT_ONCE = 2**16
_LONGEST_BODY = 2**16
"""The maximum size in bytes of a proxy's error page, as far as it is read."""


def open_tunnel(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    """Ask `proxy`, which `stream` leads to, to connect it to `host`.

    Raises:
        TunnelRefusedError: an HTTP proxy answered with an error.
        NotHTTPError: an HTTP proxy answered with something else.
        SocksError: a SOCKS proxy refused.
        httpx.ReadError: the proxy closed the connection.
    """
    if proxy.is_socks:
        _by_socks(stream, proxy, host, port)
    else:
        _by_http(stream, proxy, host, port)


def _by_http(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    http = h11.Connection(h11.CLIENT)
    sent = [("Host", target), *proxy.headers.items()]
    stream.write(http.send(h11.Request(method="CONNECT", target=target, headers=sent)) or b"")
    http.send(h11.EndOfMessage())
    events = _events(stream, http)
    answer = next((event for event in events if isinstance(event, h11.Response)), None)
    if answer is None:
        raise httpx.ReadError("the proxy closed the connection")
    if answer.status_code >= 300:
        headers: dict[str, str] = {}
        for name, value in ((n.decode("latin-1"), v.decode("latin-1")) for n, v in answer.headers):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        raise TunnelRefusedError(answer.status_code, headers, _body(events))


def _events(stream: Stream, http: h11.Connection) -> Iterator[h11.Event]:
    """Yield the events of the proxy's answer, until it or the connection ends."""
    first = b""
    while True:
        try:
            event = http.next_event()
        except h11.RemoteProtocolError:
            if first:
                raise NotHTTPError(first) from None
            return
        if event is h11.NEED_DATA:
            data = stream.read(_MOST_AT_ONCE)
            first = first or data
            http.receive_data(data)
        elif isinstance(event, h11.Event):
            yield event
        if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return


def _body(events: Iterator[h11.Event]) -> bytes:
    """Return the beginning of the body, as far as it arrives."""
    body = b""
    with suppress(httpx.NetworkError, httpx.TimeoutException, NotHTTPError):
        for event in events:
            body += event.data if isinstance(event, h11.Data) else b""
            if len(body) >= _LONGEST_BODY:
                break
    return body


def _by_socks(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    """Follow RFC 1928 and RFC 1929; the proxy resolves the name of the host."""
    methods = bytes([_NO_LOGIN] if proxy.login is None else [_NO_LOGIN, _BY_PASSWORD])
    stream.write(bytes([_SOCKS, len(methods)]) + methods)
    version, method = _exactly(stream, 2)
    if version != _SOCKS:
        raise NotHTTPError(bytes([version, method]))
    if method == _BY_PASSWORD and proxy.login is not None:
        user, _, password = proxy.login.partition(":")
        stream.write(b"\x01" + _counted(user) + _counted(password))
        if _exactly(stream, 2)[1] != 0:
            raise SocksLoginError("it refused the user name and the password")
    elif method != _NO_LOGIN:
        raise SocksLoginError("it requires a login")
    stream.write(bytes([_SOCKS, 1, 0]) + _socks_address(host) + port.to_bytes(2))
    _, reply, _, kind = _exactly(stream, 4)
    if reply != 0:
        raise SocksError(_SOCKS_REPLIES.get(reply, f"it answered with the code {reply}"))
    length = _ADDRESS_SIZES.get(kind) or _exactly(stream, 1)[0]
    _exactly(stream, length + 2)


def _exactly(stream: Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = stream.read(count - len(data))
        if not more:
            raise httpx.ReadError("the proxy closed the connection")
        data += more
    return data


def _counted(text: str) -> bytes:
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded


def _socks_address(host: str) -> bytes:
    try:
        address = ip_address(to_verify(host))
    except ValueError:
        return b"\x03" + _counted(host)
    return bytes([1 if address.version == 4 else 4]) + address.packed
