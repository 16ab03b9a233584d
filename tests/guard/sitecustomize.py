"""Refuses every connection and every name lookup beyond loopback, in this process.

On loopback the ports are refused on which servers of models listen by default: one of the machine's
own must not be asked, and nothing may ask it unnoticed.

The interpreter imports a module of this name at its start, so with this folder on PYTHONPATH the
children of a test are guarded as well. An audit hook sees what no patched module can hide.
"""

import errno
import os
import sys

LOG_VARIABLE = "NETWORK_GUARD_LOG"
"""Names the file to which every refusal is added, so that a test fails even if it was swallowed."""

RECORD_VARIABLE = "NETWORK_GUARD_RECORD"
"""Names the file to which every lookup and connection is added, the allowed ones included."""

_SERVERS_OF_MODELS = frozenset({1234, 4000, 8000, 8080, 9997, 11434})
_LOCAL_NAMES = frozenset({"", "localhost", "::", "::1", "0.0.0.0"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _is_local(host: str) -> bool:
    return host in _LOCAL_NAMES or (host.startswith("127.") and _is_number(host))


def _log(what: str, variable: str = LOG_VARIABLE) -> None:
    path = os.environ.get(variable)
    if path:
        with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123 - pathlib slows every child
            log.write(what + "\n")


def _host(value: object) -> str:
    """Return a host as text; empty for a Unix socket, netlink, or the wildcard."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event in _LOOKUPS:
        _guard_lookup(event, _host(arguments[0]))
    elif event in _SENDS:
        address = arguments[1]
        if isinstance(address, tuple):
            _guard_address(event, address)


def _guard_address(event: str, address: tuple[object, ...]) -> None:
    _log(f"{_host(address[0])}:{address[1]}", RECORD_VARIABLE)
    if not _is_local(_host(address[0])):
        _log(f"{event} {address}")
        raise OSError(errno.ENETUNREACH, "Network is unreachable")
    if address[1] in _SERVERS_OF_MODELS:
        _log(f"{event} {address}")
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def _guard_lookup(event: str, host: str) -> None:
    _log(host, RECORD_VARIABLE)
    if _is_local(host) or _is_number(host):
        return
    # RFC 6761 promises that no name in .invalid exists: the name for a test of failing DNS.
    if not host.endswith(".invalid"):
        _log(f"{event} {host}")
    import _socket

    raise _socket.gaierror(_socket.EAI_NONAME, "Name or service not known")


sys.addaudithook(_guard)
