"""A threaded loopback server that plays one script for each chat request."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.servers.dialect import Dialect
from tests.servers.script import Script
from tests.servers.wire import LAST_CHUNK, Connection, Peer, Request, chunk, response_head

_STALL_S = 3600.0


class ScriptedServer:
    """Serves one dialect on 127.0.0.1 from construction until it is closed.

    The first chat request gets the first script, and so on; the last script is repeated.
    Requests for other paths get the vendor's 404 and use up no script.
    """

    def __init__(self, dialect: Dialect, *scripts: Script, port: int = 0) -> None:
        """Listen on `port`, or on a free one, and start to serve."""
        self.dialect = dialect
        self.connections: list[Connection] = []
        """Every connection that was accepted, oldest first."""
        self.requests: list[Request] = []
        """Every request over any connection, oldest first."""
        self._peers: set[Peer] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self.play(*scripts)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name=f"accept-{self.port}")
        self._acceptor.start()

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def play(self, *scripts: Script) -> None:
        """Set what follows; without a script, the default one."""
        self._scripts = list(scripts) or [Script()]

    def close(self) -> None:
        """End every connection and stop listening."""
        self._stopping = True
        with suppress(ConnectionError), socket.create_connection(("127.0.0.1", self.port)):
            self._acceptor.join()
        for peer in list(self._peers):
            peer.hang_up()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def __enter__(self) -> Self:
        """Serve inside a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self._stopping:
                sock.close()
                return
            peer, connection = Peer(sock), Connection()
            self._peers.add(peer)
            self.connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(peer, connection))
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: Peer, connection: Connection) -> None:
        try:
            while request := peer.read_request():
                connection.requests.append(request)
                self.requests.append(request)
                if not self._answer(peer, request):
                    return
        except ConnectionError:
            pass
        finally:
            self._peers.discard(peer)
            peer.close()
        if not self._stopping:
            connection.note_closed()

    def _answer(self, peer: Peer, request: Request) -> bool:
        """Answer one request; False if the connection is ended by this."""
        if request.path != self.dialect.path:
            script = Script(status=404, error=f"no such path: {request.path}")
            return self._play_error(peer, script)
        asked = _parsed(request)
        script = self.dialect.refusal(asked) or self._next_script()
        if script.status != 200 or script.body is not None:
            return self._play_error(peer, script)
        if self.dialect.wants_stream(asked):
            return self._play_stream(peer, script, asked)
        return self._play_whole(peer, script, asked)

    def _next_script(self) -> Script:
        return self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]

    def _play_error(self, peer: Peer, script: Script) -> bool:
        body = script.body
        if body is None:
            body = self.dialect.error(script.status, script.error)
        peer.send(self._head(script, "application/json", length=len(body)) + body)
        return True

    def _play_whole(self, peer: Peer, script: Script, asked: dict[str, Any]) -> bool:
        peer.pause(script.delay_s * len(script.chunks))
        body = self.dialect.whole(script, asked)
        sent = body if script.end == "complete" else body[: len(body) // 2]
        peer.send(self._head(script, "application/json", length=len(body)) + sent)
        return _end(peer, script)

    def _play_stream(self, peer: Peer, script: Script, asked: dict[str, Any]) -> bool:
        peer.send(self._head(script, self.dialect.stream_type, length=None))
        frames = list(map(chunk, self.dialect.frames(script, asked)))
        if script.end == "complete":
            frames[-1:] = [b"".join(frames[-1:]) + LAST_CHUNK]
        for position, frame in enumerate(frames):
            if position:
                peer.pause(script.delay_s)
            peer.send(frame)
        return _end(peer, script)

    def _head(self, script: Script, content_type: str, *, length: int | None) -> bytes:
        framing = (
            ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
        )
        typed = {name.lower() for name, _ in script.headers}
        content = () if "content-type" in typed else (("Content-Type", content_type),)
        headers = (*content, framing, *self.dialect.headers, *script.headers)
        return response_head(script.status, headers)


def _parsed(request: Request) -> dict[str, Any]:
    try:
        asked = request.json()
    except ValueError:  # not JSON, or not even UTF-8
        return {}
    return asked if isinstance(asked, dict) else {}


def _end(peer: Peer, script: Script) -> bool:
    match script.end:
        case "complete":
            return True
        case "fin":
            peer.close()
        case "rst":
            peer.reset()
        case "stall":
            peer.pause(_STALL_S)
    return False
