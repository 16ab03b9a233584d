"""Builds the errors for calls that reached no server, or got no answer from it."""

import re
import socket
import ssl

from hello_llm.contract import BrokenReplyError, DeadlineError, HelloLLMError, UnreachableError
from hello_llm.providers.http.client.network import NotHTTPError
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.errors.error_mapping import speaks_tls
from hello_llm.providers.http.errors.exception_chain import find
from hello_llm.providers.http.route import Route

_TLS_RECORDS = {b"\x15\x03", b"\x16\x03"}
"""The first bytes of a TLS alert and of a TLS handshake."""


def deadline(
    error: Exception, route: Route, transport: Transport, *others: type[Exception]
) -> DeadlineError | None:
    """Return our error for a missed deadline, or ``None`` if `error` is something else.

    Args:
        error: the exception that was raised.
        route: where the call went.
        transport: the settings of the HTTP client.
        others: more classes of exceptions that mean a timeout.
    """
    import httpx

    if find(error, httpx.TimeoutException, *others) is None:
        return None
    if find(error, httpx.ConnectTimeout):
        where = route.place if transport.proxy is None else f"the proxy {transport.proxy_address}"
        return connected_late(where, transport.connect_timeout or 0.0)
    return heard_late(route)


def connected_late(where: str, seconds: float) -> DeadlineError:
    """Return the error for a connection to `where` that was not made within `seconds`."""
    return DeadlineError(
        f"no connection to {where} within {seconds:g} s (the connect deadline)",
        "raise it with --connect-timeout SECONDS, 0 turns it off",
        transient=True,
    )


def heard_late(route: Route) -> DeadlineError:
    """Return the error for a server that stays silent for too long."""
    return DeadlineError(
        f"gave up waiting to hear from {route.place}",
        "give the provider a larger timeout",
        transient=True,
    )


def no_answer(error: Exception, route: Route, transport: Transport) -> HelloLLMError | None:
    """Return our error for a call that got no answer, or ``None`` for any other `error`."""
    import httpx

    greeting = find(error, NotHTTPError)
    if isinstance(greeting, NotHTTPError):
        return no_http(greeting.greeting, route)
    if find(error, httpx.UnsupportedProtocol, httpx.InvalidURL):
        return UnreachableError(f"{route.api_base} is no address", "--api-base http://HOST:PORT")
    if _was_closed(error):
        return closed_early(route)
    if transport.proxy_address is not None:
        return _no_proxy(error, route, transport.proxy_address) or _no_connection(error, route)
    return _no_connection(error, route)


def proxys_own(response: ErrorResponse, transport: Transport) -> UnreachableError | None:
    """Return our error if the proxy itself refused the call, or ``None`` if it did not."""
    if response.status != 407 or transport.proxy is None:
        return None
    return UnreachableError(
        f"the proxy {transport.proxy_address} requires a user name and a password (407)",
        "check proxy in the profile",
    )


def closed_early(route: Route, what: str = "closed the connection") -> UnreachableError:
    """Return the error for a server that did `what` before any part of a reply arrived."""
    return UnreachableError(
        f"{route.place} {what} before any reply",
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
    if greeting[:2] in _TLS_RECORDS:
        return speaks_tls(route)
    return BrokenReplyError(
        f"{route.place} does not speak HTTP", "check --api-base: is that the address of a chat API?"
    )


def _no_proxy(error: Exception, route: Route, proxy: str) -> UnreachableError | None:
    import httpx

    if find(error, httpx.ProxyError):
        message = f"the proxy {proxy} does not lead to {route.place}"
    elif find(error, socket.gaierror):
        message = f"cannot resolve the proxy {proxy}"
    elif find(error, httpx.ConnectError) and not find(error, ssl.SSLError):
        message = f"cannot connect to the proxy {proxy}"
        return UnreachableError(message, "check proxy in the profile", transient=True)
    else:
        return None
    return UnreachableError(message, "check proxy in the profile")


def _no_connection(error: Exception, route: Route) -> UnreachableError | None:
    import httpx

    if find(error, socket.gaierror):
        return not_resolved(route)
    tls = find(error, ssl.SSLError)
    if tls is not None:
        return _no_tls(tls, route)
    if find(error, httpx.ConnectError, ConnectionRefusedError):
        return not_connected(route)
    return None


def not_resolved(route: Route) -> UnreachableError:
    """Return the error for a host that cannot be resolved."""
    return UnreachableError(
        f"cannot resolve {route.place.partition(':')[0]}",
        "check the host in --api-base, and the network",
    )


def not_connected(route: Route) -> UnreachableError:
    """Return the error for a port on which nothing listens."""
    return UnreachableError(f"cannot connect to {route.place}", _start_hint(route), transient=True)


def _no_tls(error: BaseException, route: Route) -> UnreachableError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return not_trusted(route, error.verify_message)
    return no_tls(route)


def not_trusted(route: Route, reason: str) -> UnreachableError:
    """Return the error for a certificate that cannot be trusted because of `reason`."""
    return UnreachableError(
        f"the certificate of {route.place} cannot be trusted: {reason}",
        "if it is yours, put it into a PEM file and name that in the profile: ca_file",
    )


def no_tls(route: Route) -> UnreachableError:
    """Return the error for a TLS connection to a server that does not speak TLS."""
    return UnreachableError(
        f"cannot set up TLS with {route.place}", f"is it http://{route.place} and not https://?"
    )


def _start_hint(route: Route) -> str:
    if route.vendor == "ollama_chat":
        return "ollama serve   starts it; --api-base names another address"
    if route.api_base is not None:
        return f"start the server at {route.place}, or name another with --api-base"
    return "check the network"
