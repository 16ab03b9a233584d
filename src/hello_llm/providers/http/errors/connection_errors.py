"""Builds the errors for calls that reached no server, or got no answer from it."""

import re
import socket
import ssl

from hello_llm.contract import BrokenReplyError, DeadlineError, HelloLLMError, UnreachableError
from hello_llm.contract.address import to_resolve
from hello_llm.providers.http.client.network import Network, NotHTTPError, Step
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.errors.error_mapping import speaks_tls
from hello_llm.providers.http.errors.exception_chain import find
from hello_llm.providers.http.errors.proxy_errors import (
    TLS_RECORDS,
    closed_by_proxy,
    no_proxy,
    proxy_refused,
    proxy_speaks_otherwise,
    suspect_other_kind,
)
from hello_llm.providers.http.errors.tls_errors import no_tls
from hello_llm.providers.http.route import Route


def deadline(
    error: Exception, route: Route, transport: Transport, network: Network, *others: type[Exception]
) -> DeadlineError | None:
    """Return our error for a missed deadline, or ``None`` if `error` is something else.

    Args:
        error: the exception that was raised.
        route: where the call went.
        transport: the settings of the HTTP client.
        network: its connections.
        others: more classes of exceptions that mean a timeout.
    """
    import httpx

    if find(error, httpx.TimeoutException, *others) is None:
        return None
    if find(error, httpx.ConnectTimeout):
        return connected_late(route, transport.connect_timeout or 0.0, network)
    return heard_late(route)


def connected_late(route: Route, seconds: float, network: Network | None = None) -> DeadlineError:
    """Return the error for a connection that was not open within `seconds`.

    It is not transient: the deadline is for all attempts to connect.
    """
    proxy = None if network is None or not network.at_proxy else network.proxy
    where = route.place if proxy is None else f"the proxy {proxy.address}"
    hint = "raise it with --connect-timeout SECONDS, 0 turns it off"
    match Step.CONNECTING if network is None else network.step:
        case Step.RESOLVING:
            what = f"cannot resolve {host_in(where) if where == route.place else where}"
        case Step.SECURING:
            what = f"no TLS connection to {where}"
        case Step.TUNNELLING:
            what = f"{where} did not connect to {route.place}"
            if proxy is not None and network is not None and not network.heard:
                hint = f"{suspect_other_kind(proxy)} Otherwise {hint}"
        case _:
            what = f"no connection to {where}"
    return DeadlineError(f"{what} within {seconds:g} s (the connect deadline)", hint)


def heard_late(route: Route) -> DeadlineError:
    """Return the error for a server that stays silent for too long."""
    return DeadlineError(
        f"gave up waiting to hear from {route.place}",
        "give the provider a larger timeout",
        transient=True,
    )


def no_answer(error: Exception, route: Route, network: Network) -> HelloLLMError | None:
    """Return our error for a call that got no answer, or ``None`` for any other `error`."""
    import httpx

    proxy = network.proxy if network.at_proxy else None
    refused = proxy_refused(error, route, network)
    if refused is not None:
        return refused
    greeting = find(error, NotHTTPError)
    if isinstance(greeting, NotHTTPError):
        first = greeting.greeting
        return proxy_speaks_otherwise(first, proxy) if proxy else no_http(first, route)
    if find(error, httpx.UnsupportedProtocol, httpx.InvalidURL):
        return UnreachableError(f"{route.api_base} is no address", "--api-base http://HOST:PORT")
    if _was_closed(error):
        return closed_by_proxy(proxy) if proxy else closed_early(route, proxy=network.proxy)
    if proxy is not None:
        return no_proxy(error, proxy, network)
    return _no_connection(error, route, network)


def closed_early(
    route: Route, what: str = "closed the connection", proxy: Proxy | None = None
) -> UnreachableError:
    """Return the error for a server that did `what` before any part of a reply arrived.

    Args:
        route: where the call went.
        what: what the server did.
        proxy: the proxy before the server, which may have done it.
    """
    before = "" if proxy is None else f", or the proxy {proxy.address} before it,"
    return UnreachableError(
        f"{route.place}{before} {what} before any reply",
        "try again, or check --api-base if you gave one",
        transient=True,
    )


def _was_closed(error: Exception) -> bool:
    """Return whether an open connection was closed, even in the middle of a handshake."""
    import httpx

    tls = find(error, ssl.SSLError)
    if tls is not None:
        return isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError)
    if find(error, ConnectionResetError, BrokenPipeError):
        return True
    protocol = find(error, httpx.RemoteProtocolError)
    ended = protocol is not None and re.search("disconnected|peer closed", str(protocol))
    return bool(ended or find(error, httpx.ReadError, httpx.WriteError, httpx.CloseError))


def no_http(greeting: bytes, route: Route) -> HelloLLMError:
    """Return the error for a server that does not speak HTTP, but began with `greeting`."""
    if greeting[:2] in TLS_RECORDS:
        return speaks_tls(route)
    return BrokenReplyError(
        f"{route.place} does not speak HTTP", "check --api-base: is that the address of a chat API?"
    )


def _no_connection(error: Exception, route: Route, network: Network) -> UnreachableError | None:
    import httpx

    unknown = find(error, socket.gaierror)
    if isinstance(unknown, socket.gaierror):
        return not_resolved(route, temporarily=unknown.errno == socket.EAI_AGAIN)
    tls = find(error, ssl.SSLError)
    if isinstance(tls, ssl.SSLError):
        return no_tls(tls, route.place, network)
    if find(error, httpx.ConnectError, ConnectionRefusedError):
        return not_connected(route)
    return None


def not_resolved(route: Route, *, temporarily: bool = False) -> UnreachableError:
    """Return the error for a host that cannot be resolved."""
    host = host_in(route.place)
    if temporarily:
        return UnreachableError(
            f"cannot resolve {host} for the moment: the name servers fail or do not answer",
            "try again in a while; check the network and its name servers",
            transient=True,
        )
    hint = "check the host in --api-base, and the network"
    zone = host.partition("%")[2]
    if ":" in host and zone:
        hint = f"does this machine have a network interface {zone}? ip link   lists them"
    return UnreachableError(f"cannot resolve {host}", hint)


def host_in(place: str) -> str:
    """Return the host of a ``HOST:PORT``."""
    head, bracket, _ = place.partition("]")
    return to_resolve(head.removeprefix("[")) if bracket else place.partition(":")[0]


def not_connected(route: Route) -> UnreachableError:
    """Return the error for a port on which nothing listens."""
    return UnreachableError(f"cannot connect to {route.place}", _start_hint(route), transient=True)


def _start_hint(route: Route) -> str:
    if route.vendor == "ollama_chat":
        return "ollama serve   starts it; --api-base names another address"
    if route.api_base is not None:
        return f"start the server at {route.place}, or name another with --api-base"
    return "check the network"
