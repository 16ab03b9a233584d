"""The server of one fault, or of all those that need no port of their own."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

from tests.faults.exchange import Exchange
from tests.faults.fault import Fault
from tests.faults.protocols import Protocol, understand
from tests.servers import Connection, OpenAI, Peer, Request, ScriptedServer

Choose = Callable[[str], Fault | None]
"""Returns the fault for a model's name."""


class FaultServer(ScriptedServer):
    """Misbehaves on 127.0.0.1 from construction until it is closed; keeps all that it receives."""

    def __init__(
        self,
        choose: Choose,
        protocols: Iterable[Protocol],
        *,
        only: Fault | None = None,
        port: int = 0,
    ) -> None:
        """Listen on `port`, or on a free one, and start to serve.

        Args:
            choose: returns the fault for a model's name; one of None is answered with 404.
            protocols: what is understood.
            only: the fault whose greeting meets every connection.
            port: where to listen.
        """
        self.exchanges: list[Exchange] = []
        """Every chat request with what became of it, oldest first."""
        self.reached = threading.Event()
        """Set when an answer is at the point where something happens to the client."""
        self.elsewhere = ScriptedServer(OpenAI())
        """The other host: nothing should ever reach it."""
        self._choose = choose
        self._protocols = tuple(protocols)
        self._greeting = None if only is None else only.greeting
        self._attempts: Counter[str] = Counter()
        self._lock = threading.Lock()
        super().__init__(self._protocols[0].dialect, port=port)

    @property
    def attempts(self) -> int:
        """How often a client has tried: requests, or connections where none gets that far."""
        return len(self.exchanges if self._greeting is None else self.connections)

    def close(self) -> None:
        """End every connection and stop listening."""
        super().close()
        self.elsewhere.close()

    def _serve(self, peer: Peer, connection: Connection) -> None:
        if self._greeting is None:
            super()._serve(peer, connection)
            return
        try:
            sock = self._greeting(peer._socket, connection)
        except OSError:  # the client closed it meanwhile
            sock = None
        self._peers.discard(peer)
        if sock is None:
            peer.close()
            connection.note_closed()
            return
        greeted = Peer(sock)
        self._peers.add(greeted)
        super()._serve(greeted, connection)

    def _answer(self, peer: Peer, request: Request) -> bool:
        """Answer one request; False if the connection is ended by this."""
        found = understand(request, self._protocols)
        if found is None:
            return self._refuse(peer, f"no such path: {request.path}")
        protocol, asked = found
        model = str(asked.get("model"))
        fault = self._choose(model)
        if fault is None:
            return self._refuse(peer, f"no fault has the name {model!r}")
        with self._lock:
            self._attempts[fault.id] += 1
            attempt = self._attempts[fault.id]
        where = f"http://localhost:{self.elsewhere.port}"
        exchange = Exchange(peer, request, protocol, asked, attempt, where, self.reached)
        self.exchanges.append(exchange)
        try:
            fault.play(exchange)
        finally:
            exchange.ended_at = time.monotonic()
        return not exchange.over

    def _refuse(self, peer: Peer, message: str) -> bool:
        Exchange(peer, Request(b"", b"", b""), self._protocols[0], {}, 0, "").refuse(404, message)
        return True


def record(sock: socket.socket, connection: Connection) -> bytes:
    """Receive what the client says first, keep it with `connection` and return it."""
    data = sock.recv(65536)
    connection.requests.append(Request(data, b"", b""))
    return data
