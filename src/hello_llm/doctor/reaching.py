"""Checks whether the host of a call is reachable: name resolution, connection and TLS."""

import errno
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from hello_llm.contract import HelloLLMError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.probe import shake_hands, target, unreached
from hello_llm.providers.http.route import Route

_PORTS = {"http": 80, "https": 443}
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Address:
    """One of the addresses of a host."""

    family: int
    """The address family, such as ``socket.AF_INET``."""
    where: tuple[str | int | bytes, ...]
    """The address and port, in the form that ``socket.connect`` takes."""

    def __str__(self) -> str:
        return str(self.where[0])


def diagnose_reach(route: Route, transport: Transport) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each step of connecting to `route`, up to the first failure."""
    address = transport.proxy or target(route)
    if address is None:
        yield Diagnosis.warning(
            "connection",
            f"the address of {route.vendor} is known to LiteLLM alone, and was not tried",
            "--spend makes a call",
        )
        return
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    through = "the proxy " if transport.proxy else ""
    try:
        addresses = _resolve(host, port, transport.connect_timeout)
    except OSError as error:
        yield Diagnosis.failure("resolution", unreached(error, route, transport))
        return
    yield Diagnosis.ok("resolution", f"{through}{host} is {', '.join(map(str, addresses))}")
    try:
        yield _connect(addresses, port, transport.connect_timeout)
    except OSError as error:
        yield Diagnosis.failure("connection", unreached(error, route, transport))
        return
    yield from _diagnose_tls(route, transport)


def _diagnose_tls(route: Route, transport: Transport) -> Iterator[Diagnosis]:
    started = time.monotonic()
    try:
        version = shake_hands(route, transport)
    except HelloLLMError as error:
        yield Diagnosis.failure("tls", error)
        return
    if version is not None:
        took_ms = (time.monotonic() - started) * 1000
        yield Diagnosis.ok("tls", f"{version} with a trusted certificate, {took_ms:.0f} ms")


def _resolve(host: str, port: int, within_s: float | None) -> list[Address]:
    """Return all addresses of `host`, looked up in a thread because the lookup has no timeout.

    Raises:
        OSError: the host has no address, or the lookup took more than `within_s` seconds.
    """
    found: list[Address] = []
    trouble: list[OSError] = []

    def look_up() -> None:
        try:
            for family, _, _, _, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(Address(family, where))
        except UnicodeError as error:
            trouble.append(socket.gaierror(str(error)))
        except OSError as error:
            trouble.append(error)

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(within_s)
    if looking.is_alive():
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    if trouble:
        raise trouble[0]
    return list(dict.fromkeys(found))


def _connect(addresses: list[Address], port: int, within_s: float | None) -> Diagnosis:
    """Connect to all `addresses` at once, and return the diagnosis.

    Raises:
        OSError: no address accepted a connection.
    """
    started = time.monotonic()
    trouble = _tried(addresses, within_s)
    took_ms = (time.monotonic() - started) * 1000
    silent = [one for one in addresses if trouble[one] is not None]
    if len(silent) == len(addresses):
        refused = [error for error in trouble.values() if not isinstance(error, TimeoutError)]
        raise next(filter(None, [*refused, *trouble.values()]))
    answer = ", ".join(str(one) for one in addresses if one not in silent)
    words = f"port {port} of {answer} is open, {took_ms:.0f} ms"
    if not silent:
        return Diagnosis.ok("connection", words)
    others = ", ".join(f"{one} ({_reason(trouble[one])})" for one in silent)
    return Diagnosis.ok("connection", f"{words}; closed: {others}")


def _tried(addresses: list[Address], within_s: float | None) -> dict[Address, OSError | None]:
    """Connect to all `addresses`; return the error of each, or ``None`` if it connected."""
    ends_at = None if within_s is None else time.monotonic() + within_s
    silence = TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    outcome: dict[Address, OSError | None] = dict.fromkeys(addresses, silence)
    with ExitStack() as stack:
        waiting: dict[socket.socket, Address] = {}
        for one in addresses:
            try:
                sock = stack.enter_context(socket.socket(one.family, socket.SOCK_STREAM))
                sock.setblocking(False)
                sock.connect(one.where)
            except BlockingIOError:
                waiting[sock] = one
            except OSError as error:
                outcome[one] = error
            else:
                outcome[one] = None
        while waiting and (ends_at is None or time.monotonic() < ends_at):
            for sock in select.select([], list(waiting), [], _LOOK_S)[1]:
                number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                failed = OSError(number, os.strerror(number)) if number else None
                outcome[waiting.pop(sock)] = failed
    return outcome


def _reason(error: OSError | None) -> str:
    return "no answer" if error is None else (error.strerror or "no answer").lower()
