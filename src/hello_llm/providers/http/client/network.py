"""The network connections of one call: any thread can cut them, and they must speak HTTP."""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_HTTP = b"HTTP/"


class NotHTTPError(Exception):
    """The server does not speak HTTP; `greeting` is the beginning of what it sent."""

    def __init__(self, greeting: bytes) -> None:
        """Store the first bytes that the server sent."""
        super().__init__("the server does not speak HTTP")
        self.greeting = greeting


@dataclass(slots=True, eq=False)
class Network:
    """The sockets of one call, and what is expected of them."""

    wait_s: Callable[[], float | None] = lambda: None
    """Returns the seconds to wait for more data at most; ``None`` for no limit of its own."""
    on_secure: Callable[[Any], None] = lambda _: None
    """Called with httpcore's stream after each TLS handshake, with a proxy or the server."""
    secure: bool = False
    """Whether the server itself is reached over TLS."""
    cut: bool = False
    """Whether the connections are cut."""
    _sockets: list[socket.socket] = field(default_factory=list)
    _greeted: bool = False

    def add(self, opened: socket.socket | None) -> None:
        """Note a socket that was opened; it is closed at once if the call was aborted."""
        if opened is not None:
            self._sockets.append(opened)
        if self.cut:
            self.abort()

    def abort(self) -> None:
        """Cut all connections; a thread that is waiting for one sees it close."""
        self.cut = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def limited(self, timeout: float | None) -> float | None:
        """Return the seconds to wait for data, at most `timeout`."""
        longest = self.wait_s()
        if longest is None:
            return timeout
        return longest if timeout is None else min(timeout, longest)

    def check(self, data: bytes) -> None:
        """Check the first `data` from the server.

        Raises:
            NotHTTPError: it is not the beginning of an HTTP response.
        """
        if data and not self._greeted:
            self._greeted = True
            if data[: len(_HTTP)] != _HTTP[: len(data)]:
                raise NotHTTPError(data)
