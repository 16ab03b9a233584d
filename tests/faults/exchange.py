"""One chat request at the server, and the words in which a fault says how it is answered."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.protocols import Protocol
from tests.servers import Peer, Request, Script
from tests.servers.wire import LAST_CHUNK, chunk, response_head

Headers = tuple[tuple[str, str], ...]

STALL_S = 3600.0
"""Longer than any client waits."""

_SETTLE_S = 0.05
"""Until the client has read what was sent: a reset throws away what it has not."""


@dataclass(slots=True)
class Exchange:
    """A request and its answer; the methods raise ConnectionError once the client has left."""

    peer: Peer
    """The connection."""
    request: Request
    """The request, byte for byte."""
    protocol: Protocol
    """The protocol it is in."""
    asked: dict[str, Any]
    """What it asks for."""
    attempt: int
    """Which request for this fault it is at this server, from 1."""
    elsewhere: str
    """The address of another server, under another host name."""
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when the point is reached where something happens to the client."""
    began_at: float = field(default_factory=time.monotonic)
    """When the request had come, by ``time.monotonic``."""
    ended_at: float | None = None
    """When the answer was complete, or the client was seen to have left."""
    over: bool = False
    """Whether the connection has been ended."""

    @property
    def stream(self) -> bool:
        """Whether a stream was asked for."""
        return self.protocol.dialect.wants_stream(self.asked)

    def frames(self, script: Script) -> Iterator[bytes]:
        """Return the frames of a stream that plays `script`."""
        return self.protocol.dialect.frames(script, self.asked)

    def whole(self, script: Script) -> bytes:
        """Return `script` as a reply in one piece."""
        return self.protocol.dialect.whole(script, self.asked)

    def respond(
        self, status: int, body: bytes, kind: str, headers: Headers = (), *, promised: int = 0
    ) -> None:
        """Send a response of media type `kind` that promises so many bytes more than come."""
        length = (("Content-Length", str(len(body) + promised)),)
        head = self._head(status, kind, (*(() if status == 204 else length), *headers))
        self.peer.send(head + body)

    def refuse(self, status: int, message: str, headers: Headers = ()) -> None:
        """Send the vendor's own error object."""
        body = self.protocol.dialect.error(status, message)
        self.respond(status, body, "application/json", headers)

    def play(self, script: Script | None = None) -> None:
        """Answer as `script` says, in one piece or streamed, as it was asked."""
        script = script or Script()
        if self.stream:
            self.play_frames(self.frames(script), script.delay_s)
            if script.end == "complete":
                self.finish()
        else:
            body = self.whole(script)
            length = (("Content-Length", str(len(body))),)
            sent = body if script.end == "complete" else body[: len(body) // 2]
            self.peer.send(self._head(200, "application/json", length) + sent)
        self._end(script)

    def play_frames(self, frames: Iterator[bytes], delay_s: float = 0.0) -> None:
        """Begin a stream and send `frames`, each `delay_s` after the one before."""
        self.begin()
        for position, frame in enumerate(frames):
            if position and delay_s:
                self.peer.pause(delay_s)
            self.send(frame)

    def begin(self, kind: str | None = None, headers: Headers = ()) -> None:
        """Send the head of a chunked response of media type `kind`, by default the stream's."""
        chunked = (("Transfer-Encoding", "chunked"), *headers)
        self.peer.send(self._head(200, kind or self.protocol.dialect.stream_type, chunked))

    def send(self, data: bytes) -> None:
        """Send `data` as one chunk."""
        self.peer.send(chunk(data))

    def finish(self) -> None:
        """Send the end of a chunked response."""
        self.peer.send(LAST_CHUNK)

    def hang_up(self) -> None:
        """End the connection with FIN."""
        self.over = True
        self.peer.close()

    def reset(self) -> None:
        """End the connection with RST, once the client has read what was sent."""
        self.over = True
        self.peer.pause(_SETTLE_S)
        self.peer.reset()

    def stall(self) -> None:
        """Say nothing more until the client leaves."""
        self.reached.set()
        self.peer.pause(STALL_S)
        self.over = True

    def _head(self, status: int, kind: str, headers: Headers) -> bytes:
        own = self.protocol.dialect.headers
        return response_head(status, (("Content-Type", kind), *headers, *own))

    def _end(self, script: Script) -> None:
        match script.end:
            case "fin":
                self.hang_up()
            case "rst":
                self.reset()
            case "stall":
                self.stall()
