"""The server's end of a connection: reads requests byte for byte; sends, waits, cuts, resets."""

import json
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO


@dataclass(frozen=True, slots=True)
class Request:
    """One request, byte for byte."""

    line: bytes
    """The request line with its line end."""
    head: bytes
    """The header lines with their line ends, and the empty line that closes them."""
    body: bytes
    """The body."""

    @property
    def raw(self) -> bytes:
        """Everything that was received."""
        return self.line + self.head + self.body

    @property
    def method(self) -> str:
        """The method, such as ``POST``."""
        return self.line.split(b" ")[0].decode("ascii")

    @property
    def path(self) -> str:
        """The target as it was sent."""
        return self.line.split(b" ")[1].decode("ascii")

    @property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name; of repeated ones the last."""
        pairs = (line.split(b":", 1) for line in self.head.splitlines() if b":" in line)
        return {k.decode("latin-1").lower(): v.decode("latin-1").strip() for k, v in pairs}

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Connection:
    """What is known of one connection of a client; times are those of ``time.monotonic``."""

    opened_at: float = field(default_factory=time.monotonic)
    """When it was accepted."""
    requests: list[Request] = field(default_factory=list)
    """The requests that came over it."""
    closed_at: float | None = None
    """When the client was seen to have closed it; ``None`` while it has not."""
    _closed: threading.Event = field(default_factory=threading.Event)

    def note_closed(self) -> None:
        """Record that the client has gone."""
        self.closed_at = time.monotonic()
        self._closed.set()

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait until the client has closed the connection; False if it did not in time."""
        return self._closed.wait(timeout_s)


class Peer:
    """The server's end of one connection; its methods raise ConnectionError if the client left."""

    def __init__(self, sock: socket.socket) -> None:
        """Take over an accepted socket; small pieces leave at once (TCP_NODELAY)."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._reader: BinaryIO = sock.makefile("rb")

    def read_request(self) -> Request | None:
        """Return the next request, or None once the client has closed its side."""
        line = self._reader.readline()
        head = b""
        for header in iter(self._reader.readline, b""):
            head += header
            if header in {b"\r\n", b"\n"}:
                break
        else:
            return None
        bare = Request(line, head, b"")
        length = int(bare.headers.get("content-length", "0"))
        return Request(line, head, self._reader.read(length))

    def send(self, data: bytes) -> None:
        """Send `data` in one go."""
        self._socket.sendall(data)

    def pause(self, seconds: float) -> None:
        """Wait, and notice at once if the client leaves meanwhile."""
        started = time.monotonic()
        readable, _, _ = select.select([self._socket], [], [], seconds)
        if not readable:
            return
        if not self._socket.recv(1, socket.MSG_PEEK):
            raise ConnectionAbortedError
        time.sleep(max(0.0, seconds - (time.monotonic() - started)))

    def close(self) -> None:
        """End the connection in order (FIN); harmless after an end of any kind."""
        self._reader.close()
        self._socket.close()

    def reset(self) -> None:
        """End the connection with RST."""
        linger_no_time = struct.pack("ii", 1, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
        self.close()

    def hang_up(self) -> None:
        """End whatever another thread waits for on this connection."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself


def response_head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return the status line and header lines of a response."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Return `data` as one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
