"""Who may ask what: checks of the host, the origin, the token and the size of the headers."""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from socket import gethostname
from typing import Any
from urllib.parse import urlsplit

from hello_llm.contract import ExitCode, UsageError
from hello_llm.machine.environment import whole_environ
from hello_llm.serve.problem import Problem
from hello_llm.serve.settings import ServeSettings
from hello_llm.text import phrases

Scope = MutableMapping[str, Any]

SUBPROTOCOL = "hello-llm.events.1"
"""What a WebSocket speaks here."""
_BEARER = "bearer."
"""What precedes a token in the list of subprotocols: a page can set no header of a WebSocket."""
_OPEN = frozenset({"/", "/page.css", "/page.js", "/healthz", "/readyz"})
"""The paths that need no token, since they tell nothing."""
_MOST_HEADERS, _MOST_HEADER_BYTES, _LONGEST_PATH = 100, 32 * 1024, 8 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}


def read_token(name: str | None) -> str | None:
    """Return the token in the environment variable `name`.

    Raises:
        UsageError: the variable is unset, or its value cannot be sent in a header.
    """
    if name is None:
        return None
    token = whole_environ().get(name, "")
    if not token:
        raise UsageError(
            f"the token is to be in the environment variable {name}, which is not set",
            f'export {name}="$(openssl rand -hex 32)"',
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"the token in {name} has characters that no header can have",
            f'export {name}="$(openssl rand -hex 32)"',
        )
    return token


class Access:
    """Decides which requests are answered."""

    def __init__(self, settings: ServeSettings, token: str | None) -> None:
        """Accept requests to the names in `settings`, with `token` if there is one."""
        self._token = None if token is None else token.encode()
        self._any_name = "*" in settings.hosts
        self._any_address = settings.any_address
        own = (gethostname(),) if settings.any_address else ()
        self._names = {name.lower() for name in ("localhost", *own, *settings.hosts)}

    def refusal(self, scope: Scope, path: str) -> Problem | None:
        """Return why a request is not answered, or ``None`` if it is.

        Args:
            scope: the request.
            path: its path within the application.
        """
        headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
        if len(headers) > _MOST_HEADERS or sum(map(_size, headers)) > _MOST_HEADER_BYTES:
            return _refused(431, "the headers are too long", "headers_too_long")
        if len(path) + len(scope.get("query_string", b"")) > _LONGEST_PATH:
            return _refused(414, "the address is too long", "address_too_long")
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or not self._knows(hosts[0]):
            return _wrong_host(hosts)
        for origin in _values(headers, b"origin"):
            if not _is_of(origin, hosts[0]):
                shown = phrases.quoted(origin)
                return _refused(403, f"pages of {shown} may not call this server", "foreign_origin")
        if self._token is not None and path not in _OPEN and not self._has_token(scope):
            return _no_token(sent=bool(_values(headers, b"authorization")))
        return None

    def _knows(self, host: str) -> bool:
        if self._any_name:
            return True
        name = _place(f"http://{host}")[0]
        if name in self._names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return self._any_address or address.is_loopback

    def _has_token(self, scope: Scope) -> bool:
        wanted = self._token or b""
        return any(hmac.compare_digest(one, wanted) for one in _tokens(scope))


def _size(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1])


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


def _place(url: str) -> tuple[str, int | None]:
    """Return the host and the port of `url`; an empty host if it has none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme))
    except ValueError:
        return ("", None)


def _is_of(origin: str, host: str) -> bool:
    """Return whether a page that `host` served has this `origin`."""
    scheme, _, _ = origin.partition("://")
    return scheme in _DEFAULT_PORTS and _place(origin) == _place(f"{scheme}://{host}")


def _tokens(scope: Scope) -> Iterator[bytes]:
    for value in _values(scope["headers"], b"authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer":
            yield token.strip().encode()
    for protocol in scope.get("subprotocols", ()):
        if protocol.startswith(_BEARER):
            encoded = protocol.removeprefix(_BEARER)
            with suppress(ValueError):
                yield urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _wrong_host(hosts: Sequence[str]) -> Problem:
    named = phrases.listed([phrases.quoted(one) for one in hosts]) if hosts else "nothing"
    return Problem(
        403,
        f"this server does not go by the name in the Host header, {named}",
        "permission_error",
        "wrong_host",
        hint="whoever runs it can add the name: --allow-host NAME",
        exit_code=ExitCode.AUTH,
    )


def _no_token(*, sent: bool) -> Problem:
    return Problem(
        401,
        "the token is wrong" if sent else "this server requires a token",
        "authentication_error",
        "invalid_api_key",
        hint="send the server's own token: Authorization: Bearer TOKEN",
        exit_code=ExitCode.AUTH,
        headers={"www-authenticate": "Bearer"},
    )


def _refused(status: int, text: str, code: str) -> Problem:
    kind = "permission_error" if status == 403 else "invalid_request_error"
    exit_code = ExitCode.AUTH if status == 403 else ExitCode.REQUEST
    return Problem(status, text, kind, code, exit_code=exit_code)
