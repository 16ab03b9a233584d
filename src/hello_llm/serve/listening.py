"""Opens the sockets of a server."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address

from hello_llm.contract import UsageError
from hello_llm.text import phrases

_BACKLOG = 2048


def listen(host: str, port: int, gives_up_s: float) -> list[socket.socket]:
    """Return a listening socket for each address of `host`.

    Args:
        host: a name or an address of this machine.
        port: the port; 0 takes a free one.
        gives_up_s: seconds until the kernel drops a client that reads nothing.

    Raises:
        UsageError: there is no such host, or the port cannot be used.
    """
    sockets: list[socket.socket] = []
    shown = phrases.printable(host)
    try:
        for family, address in _addresses(host):
            # asyncio turns off Nagle's algorithm only where the protocol is named: 40 ms an answer.
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            with suppress(AttributeError, OSError):  # Linux
                ms = int(gives_up_s * 1000)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, ms)
            listener.bind((address, port))
            listener.listen(_BACKLOG)
            port = listener.getsockname()[1]
    except socket.gaierror as error:
        raise UsageError(
            f"there is no host {shown} to listen on: {error.strerror}",
            "--host 127.0.0.1, or --host 0.0.0.0 for every address of this machine",
        ) from None
    except OSError as error:
        for one in sockets:
            one.close()
        raise UsageError(
            f"cannot listen on {shown}, port {port}: {error.strerror}",
            "choose another one, as in --port 8643; --port 0 takes one that is free",
        ) from None
    return sockets


def is_loopback(sockets: Sequence[socket.socket]) -> bool:
    """Return whether only programs of this machine can connect to `sockets`."""
    return all(ip_address(one.getsockname()[0].partition("%")[0]).is_loopback for one in sockets)


def url_of(listener: socket.socket) -> str:
    """Return the address of the server that listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(host: str) -> Iterator[tuple[socket.AddressFamily, str]]:
    """Yield each address of `host` once, IPv4 first."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = {(family, str(where[0])) for family, _, _, _, where in found}
    yield from sorted(addresses, key=lambda one: (one[0] != socket.AF_INET, one[1]))
