"""Looks up the addresses of a host within a deadline, which the system's resolver does not have."""

import queue
import socket
import threading
from dataclasses import dataclass

from hello_llm.providers.http.client.network import Network, Step

_PAUSES_S = (0.2, 0.5)
"""The waits before a failed lookup is repeated, if the failure is temporary."""


@dataclass(frozen=True, slots=True)
class Address:
    """One of the addresses of a host."""

    family: int
    """The address family, such as ``socket.AF_INET``."""
    where: tuple[str | int | bytes, ...]
    """The address and port, in the form that ``socket.connect`` takes."""

    def __str__(self) -> str:
        host, scope = str(self.where[0]), self.where[-1]
        zoned = self.family == socket.AF_INET6 and isinstance(scope, int) and scope > 0
        return f"{host}%{socket.if_indextoname(int(scope))}" if zoned else host


def resolve(host: str, port: int, network: Network) -> list[Address]:
    """Return all addresses of `host`, the preferred ones first (RFC 6724).

    Args:
        host: a name or an address, with its zone if there is one.
        port: the port that the addresses get.
        network: the connections of the call, with the deadline.

    Raises:
        socket.gaierror: there is no such host, or the name servers do not say; ``EAI_AGAIN`` if
            that was temporary, after two more lookups.
        TimeoutError: the lookup took longer than the connection may.
        ConnectionAbortedError: the call was aborted.
    """
    network.step = Step.RESOLVING
    for pause_s in _PAUSES_S:
        try:
            return _looked_up(host, port, network)
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN:
                raise
        network.pause(pause_s)
    return _looked_up(host, port, network)


def _looked_up(host: str, port: int, network: Network) -> list[Address]:
    """Look up `host` in a thread that is left behind if it takes too long."""
    if ":" in host or host.replace(".", "").isdigit():
        return _addresses(host, port)
    found: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put(_addresses(host, port))
        except OSError as error:
            found.put(error)

    threading.Thread(target=look_up, name="hello-llm-lookup", daemon=True).start()
    while True:
        try:
            outcome = found.get(timeout=network.look_s())
        except queue.Empty:
            continue
        if isinstance(outcome, OSError):
            raise outcome
        return outcome


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None
    except socket.gaierror as error:
        # Only a name server knows names with a dot at the end; the file of hosts has none.
        if not host.endswith(".") or error.errno == socket.EAI_AGAIN:
            raise
        return _addresses(host.removesuffix("."), port)
    return list(dict.fromkeys(Address(family, where) for family, _, _, _, where in found))
