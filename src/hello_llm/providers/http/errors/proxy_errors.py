"""Builds the errors for calls that a proxy did not let through, in the proxy's own words."""

import re
import socket
import ssl
from collections.abc import Mapping

from hello_llm.contract import HelloLLMError, UnreachableError
from hello_llm.providers.http.client.diagnostics import Diagnostics
from hello_llm.providers.http.client.network import (
    Network,
    SocksError,
    SocksLoginError,
    TunnelRefusedError,
)
from hello_llm.providers.http.client.proxy import Proxy
from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import message_in, shortened
from hello_llm.providers.http.errors.exception_chain import find
from hello_llm.providers.http.errors.tls_errors import no_tls
from hello_llm.providers.http.route import Route

_LOGIN_HINT = (
    'proxy_auth_env = "VARIABLE" in the profile names the variable that holds user:password'
)
_PROXY_HINT = "check proxy in the profile"
TLS_RECORDS = {b"\x15\x03", b"\x16\x03"}
"""The first bytes of a TLS alert and of a TLS handshake."""

_OWN_HEADERS = ("x-squid-error", "proxy-authenticate", "proxy-status")
"""Headers that only a proxy sends; it leaves them out of the answers that it passes on."""
_OWN_NAMES = re.compile(
    r"squid|tinyproxy|privoxy|mitmproxy|bluecoat|zscaler|mcafee|fortigate", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][\w-]*)(?=\s*(?:,|$)|\s+[^=\s])")
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_PASSING = frozenset({502, 503, 504})


def proxy_refused(error: Exception, route: Route, network: Network) -> HelloLLMError | None:
    """Return our error if the proxy did not open a tunnel; ``None`` for any other `error`."""
    proxy = network.proxy
    if proxy is None:
        return None
    refused = find(error, TunnelRefusedError)
    if isinstance(refused, TunnelRefusedError):
        return _answered(proxy, route, refused.status, refused.headers, refused.body)
    socks = find(error, SocksError)
    if isinstance(socks, SocksLoginError):
        return UnreachableError(
            f"the proxy {proxy.address} does not let us in: {socks}", _LOGIN_HINT
        )
    if socks is not None:
        message = f"the proxy {proxy.address} does not lead to {route.place}: {socks}"
        return UnreachableError(message, _PROXY_HINT, transient=True)
    return None


def proxys_own(route: Route, diagnostics: Diagnostics) -> UnreachableError | None:
    """Return our error if the response is the proxy's own; ``None`` if it may be the server's.

    An API sends no page: one that came instead of its answer is the proxy's, whatever its status.
    """
    network, status = diagnostics.network, diagnostics.status
    if network.proxy is None or not network.forwards or status is None:
        return None
    headers = diagnostics.headers
    own = status == 407 or any(name in headers for name in _OWN_HEADERS)
    own = own or bool(_OWN_NAMES.search(headers.get("server", "")))
    if not ((own and status >= 300) or _is_page(headers)):
        return None
    return _answered(network.proxy, route, status, headers, diagnostics.body)


def no_proxy(error: Exception, proxy: Proxy, network: Network) -> UnreachableError | None:
    """Return our error for a proxy that cannot be reached; ``None`` for any other `error`."""
    import httpx

    unknown, tls = find(error, socket.gaierror), find(error, ssl.SSLError)
    if isinstance(unknown, socket.gaierror):
        passing = unknown.errno == socket.EAI_AGAIN
        message = f"cannot resolve the proxy {proxy.address}"
        if passing:
            message += " for the moment: the name servers fail or do not answer"
        return UnreachableError(message, _PROXY_HINT, transient=passing)
    if isinstance(tls, ssl.SSLError):
        return no_tls(tls, f"{proxy.host}:{proxy.port}", network, proxy=proxy)
    if find(error, httpx.ConnectError):
        message = f"cannot connect to the proxy {proxy.address}"
        return UnreachableError(message, _PROXY_HINT, transient=True)
    return None


def proxy_speaks_otherwise(greeting: bytes, proxy: Proxy) -> UnreachableError:
    """Return the error for a proxy that answers in another protocol, beginning with `greeting`."""
    if greeting[:2] in TLS_RECORDS:
        hint = f'is it proxy = "https://{proxy.host}:{proxy.port}"?'
        return UnreachableError(f"the proxy {proxy.address} speaks TLS", hint)
    spoken = "SOCKS 5" if proxy.is_socks else "HTTP"
    return UnreachableError(
        f"the proxy {proxy.address} does not speak {spoken}", suspect_other_kind(proxy)
    )


def suspect_other_kind(proxy: Proxy) -> str:
    """Return the hint that asks whether `proxy` is of the other kind than its address says."""
    return f'is it proxy = "{"http" if proxy.is_socks else "socks5"}://{proxy.host}:{proxy.port}"?'


def closed_by_proxy(proxy: Proxy) -> UnreachableError:
    """Return the error for a proxy that closed the connection instead of answering."""
    return UnreachableError(
        f"the proxy {proxy.address} closed the connection before any reply",
        f"try again; {suspect_other_kind(proxy)}",
        transient=True,
    )


def _answered(
    proxy: Proxy, route: Route, status: int, headers: Mapping[str, str], body: bytes
) -> UnreachableError:
    """Return the error for a proxy that answered `status` in place of the server."""
    said = _said(headers, body)
    if status == 407:
        return _login_wanted(proxy, headers, said)
    return UnreachableError(
        f"the proxy {proxy.address} does not lead to {route.place} ({status}){said}",
        "ask whoever runs the proxy, or choose another: proxy in the profile, or proxy = false",
        status=status,
        transient=status in _PASSING,
    )


def _login_wanted(proxy: Proxy, headers: Mapping[str, str], said: str) -> UnreachableError:
    challenge = re.sub(r'"[^"]*"', '""', headers.get("proxy-authenticate", ""))
    schemes = list(dict.fromkeys(_SCHEME.findall(challenge)))
    if schemes and not any(scheme.lower() == "basic" for scheme in schemes):
        return UnreachableError(
            f"the proxy {proxy.address} requires a login by {' or '.join(schemes)} (407), which"
            f" is not supported{said}",
            "only Basic is: run a local proxy that logs in for you, and name that one",
            status=407,
        )
    return _login_refused(proxy, f" (407){said}", 407)


def _login_refused(proxy: Proxy, told: str = "", status: int | None = None) -> UnreachableError:
    if proxy.login is None:
        message = f"the proxy {proxy.address} requires a user name and a password{told}"
        return UnreachableError(message, _LOGIN_HINT, status=status)
    return UnreachableError(
        f"the proxy {proxy.address} rejected the user name and the password{told}",
        "check the variable that proxy_auth_env names: user:password",
        status=status,
    )


def _is_page(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").lower().startswith("text/html")


def _decoded(body: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type)
    try:
        return body.decode(named[1] if named else "utf-8-sig", errors="replace")
    except LookupError:
        return body.decode("utf-8-sig", errors="replace")


def _said(headers: Mapping[str, str], body: bytes) -> str:
    """Return the words of a proxy's error, to append to our sentence."""
    from hello_llm.providers.http.error_bodies.page import text_of_page

    if "content-encoding" in headers:
        return ""
    text = _decoded(body, headers.get("content-type", ""))
    page = _is_page(headers) or text.lstrip().startswith("<")
    words = text_of_page(text) if page else message_in(parse_body(text))
    code = headers.get("x-squid-error", "").partition(" ")[0]
    words = " ".join(filter(None, [code, words]))
    return f': it says "{shortened(words)}"' if words else ""
