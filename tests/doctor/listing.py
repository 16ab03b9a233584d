"""A server on loopback that answers each request for a list of models in one way."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.faults.connect import CERTIFICATE


@dataclass(slots=True)
class Listing:
    """What the server says, and what it was asked."""

    body: Any = None
    """The answer; bytes go out as they are."""
    status: int = 200
    """Its status."""
    location: str | None = None
    """Where it redirects to."""
    silent: bool = False
    """True to say nothing until the test is over."""
    base: str = ""
    """The address."""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path and headers of each request."""


class _QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that go away."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listing(body: Any = None, *, tls: bool = False, **how: Any) -> Iterator[Listing]:
    """Serve `body` as the list of models, of OpenAI's form unless it is a document of its own."""
    if isinstance(body, list):
        body = {"object": "list", "data": [{"id": name} for name in body]}
    said, over = Listing(body, **how), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            said.asked.append((self.command, self.path, headers))
            if said.silent:
                over.wait()
                return
            sent = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            if said.location is not None:
                self.send_header("Location", said.location)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _QuietServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        said.base = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield said
        finally:
            over.set()
            server.shutdown()
            thread.join()
