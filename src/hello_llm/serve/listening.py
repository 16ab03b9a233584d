"""Opens the sockets of a server."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address

from hello_llm.contract import UsageError
from hello_llm.text import phrases

_BACKLOG = 2048


Address = tuple[socket.AddressFamily, str]


def addresses_of(host: str) -> list[Address]:
    """Return each address of `host`, a name or an address of this machine, IPv4 first.

    Raises:
        UsageError: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"there is no host {phrases.printable(host)} to listen on: {error}",
            "--host 127.0.0.1, or --host 0.0.0.0 for every address of this machine",
        ) from None
    addresses = {(family, str(where[0])) for family, _, _, _, where in found}
    return sorted(addresses, key=lambda one: (one[0] != socket.AF_INET, one[1]))


def is_loopback(addresses: Sequence[Address]) -> bool:
    """Return whether only programs of this machine can connect to `addresses`."""
    return all(ip_address(one.partition("%")[0]).is_loopback for _, one in addresses)


def listen(addresses: Sequence[Address], port: int, gives_up_s: float) -> list[socket.socket]:
    """Return a listening socket for each address.

    Args:
        addresses: where to listen.
        port: the port; 0 takes a free one.
        gives_up_s: seconds until the kernel drops a client that reads nothing.

    Raises:
        UsageError: the port cannot be used.
    """
    sockets: list[socket.socket] = []
    for family, address in addresses:
        # asyncio turns off Nagle's algorithm only where the protocol is named: 40 ms an answer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sockets.append(listener)
        try:
            _prepare(listener, gives_up_s)
            listener.bind((address, port))
            listener.listen(_BACKLOG)
        except OSError as error:
            for one in sockets:
                one.close()
            raise UsageError(
                f"cannot listen on {address}, port {port}: {error.strerror}",
                "choose another one, as in --port 8643; --port 0 takes one that is free",
            ) from None
        port = listener.getsockname()[1]
    return sockets


def _prepare(listener: socket.socket, gives_up_s: float) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if listener.family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    with suppress(AttributeError, OSError):  # Linux
        ms = int(gives_up_s * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, ms)


def url_of(listener: socket.socket) -> str:
    """Return the address of the server that listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
