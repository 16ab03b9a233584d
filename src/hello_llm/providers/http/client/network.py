"""The network connections of one call: any thread can cut them, and they must speak HTTP."""

import errno
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from hello_llm.providers.http.client.proxy import Proxy

LOOK_S = 0.05
"""How often a wait for the network looks whether the call was aborted, in seconds."""

_HTTP = b"HTTP/"


class NotHTTPError(Exception):
    """The server or proxy does not speak HTTP; `greeting` is the beginning of what it sent."""

    def __init__(self, greeting: bytes) -> None:
        """Store the first bytes that arrived."""
        super().__init__("the server does not speak HTTP")
        self.greeting = greeting


class TunnelRefusedError(Exception):
    """The HTTP proxy answered a request for a tunnel with an error."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Store the answer: its status, its headers by lower-case name, and its body."""
        super().__init__(f"the proxy answered {status}")
        self.status = status
        self.headers = headers
        self.body = body


class SocksError(Exception):
    """The SOCKS proxy did not connect to the server; the message says why."""


class SocksLoginError(SocksError):
    """The SOCKS proxy requires a login, or another one."""


FOREIGN = (NotHTTPError, TunnelRefusedError, SocksError)
"""What is raised below httpx that httpx does not know."""


class Step(Enum):
    """How far a connection has come."""

    RESOLVING = auto()
    """The name of the host is being looked up."""
    CONNECTING = auto()
    """Its addresses are being tried."""
    SECURING = auto()
    """The TLS handshake is in progress."""
    TUNNELLING = auto()
    """The proxy was asked to connect to the server."""
    OPEN = auto()
    """The request can be sent."""


@dataclass(slots=True, eq=False)
class Network:
    """The sockets of one call, and what is expected of them."""

    wait_s: Callable[[], float | None] = lambda: None
    """Returns the seconds to wait for more data at most; ``None`` for no limit of its own."""
    on_secure: Callable[[Any], None] = lambda _: None
    """Called with the stream after each TLS handshake, with a proxy or the server."""
    proxy: Proxy | None = None
    """The proxy between this machine and the server."""
    secure: bool = False
    """Whether the server itself is reached over TLS."""
    cut: bool = False
    """Whether the connections are cut."""
    answered: bool = False
    """Whether the call got a whole reply, or an error after which another attempt may follow."""
    step: Step = Step.RESOLVING
    """How far the last connection has come."""
    at_proxy: bool = False
    """Whether that step is one of the way to the proxy, not to the server behind it."""
    heard: bool = False
    """Whether any byte arrived before the connection was open."""
    greeted: bool = False
    """Whether any byte of an HTTP response arrived."""
    shows_certificate: bool = False
    """Whether a server that asks for a certificate gets one."""
    received: int = 0
    """How many bytes arrived in the last TLS handshake."""
    _connect_by: float | None = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def begin(self, within_s: float | None) -> None:
        """Start a connection that must be open `within_s` seconds from now."""
        self._connect_by = None if within_s is None else time.monotonic() + within_s
        self.step, self.at_proxy, self.heard = Step.RESOLVING, self.proxy is not None, False

    @property
    def forwards(self) -> bool:
        """Whether the proxy gets the request itself, in place of a request for a tunnel."""
        return self.proxy is not None and not self.secure and not self.proxy.is_socks

    @property
    def ends_secure(self) -> bool:
        """Whether the connection ends with a TLS handshake, before the request is sent."""
        if self.proxy is not None and self.forwards:
            return self.proxy.scheme == "https"
        return self.secure

    @property
    def ends_here(self) -> bool:
        """Whether the last TLS handshake was the one that ends the connection."""
        return self.ends_secure and (self.forwards or not self.at_proxy)

    def left_s(self) -> float | None:
        """Return the seconds until the connection must be open; ``None`` for no limit.

        Raises:
            TimeoutError: the time has passed.
            ConnectionAbortedError: the call was aborted.
        """
        if self.cut:
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))
        if self._connect_by is None:
            return None
        left = self._connect_by - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        return left

    def look_s(self, longest: float = LOOK_S) -> float:
        """Return the seconds, at most `longest`, until a wait must call this again.

        Raises:
            TimeoutError: the connection is not open in time.
            ConnectionAbortedError: the call was aborted.
        """
        left = self.left_s()
        longest = min(longest, LOOK_S)
        return longest if left is None else min(longest, left)

    def pause(self, seconds: float) -> None:
        """Wait for `seconds` while the connection is not open yet.

        Raises:
            TimeoutError: the connection is not open in time.
            ConnectionAbortedError: the call was aborted.
        """
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            time.sleep(self.look_s(left))

    def add(self, opened: socket.socket) -> None:
        """Note a socket that was opened; it is closed at once if the call was aborted."""
        self._sockets.append(opened)
        if self.cut:
            self.abort()

    def release(self) -> bool:
        """Give up the connections to other calls, and return whether they can still be used.

        From then on, :meth:`abort` does not cut them.
        """
        self._sockets = []  # before the look: an abort either comes first or finds none
        return not self.cut

    def abort(self) -> None:
        """Cut all connections; a thread that is waiting for one sees it close."""
        self.cut = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def limited(self, timeout: float | None) -> float | None:
        """Return the seconds to wait for data, at most `timeout`.

        Raises:
            TimeoutError: the connection is not open in time.
            ConnectionAbortedError: the call was aborted before it was open.
        """
        longest = self.wait_s() if self.step is Step.OPEN else self.left_s()
        if longest is None:
            return timeout
        return longest if timeout is None else min(timeout, longest)

    def take(self, data: bytes) -> None:
        """Take note of `data`, the next of a response.

        Raises:
            NotHTTPError: it is not the beginning of an HTTP response, but comes first.
        """
        if data and not self.greeted:
            self.greeted = True
            if data[: len(_HTTP)] != _HTTP[: len(data)]:
                raise NotHTTPError(data)
