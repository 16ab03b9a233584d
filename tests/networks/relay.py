"""Makes a server on loopback reachable at further addresses, IPv6 ones among them."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay(socketserver.ThreadingTCPServer):
    """Passes on every connection, byte for byte, to the same port of 127.0.0.1."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: str, port: int) -> None:
        """Listen on `port` of `address`, which is one of this machine's."""
        self.connections = 0
        """How many connections were passed on."""
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Relay)
        self.server.connections += 1
        port = self.server.server_address[1]
        with socket.create_connection(("127.0.0.1", port)) as origin:
            back = threading.Thread(target=_copy, args=(origin, self.request), daemon=True)
            back.start()
            _copy(self.request, origin)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on everything, and at last the end."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay(address: str, port: int) -> Iterator[Relay]:
    """Serve at `address` what is served on the same `port` of 127.0.0.1."""
    with Relay(address, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
