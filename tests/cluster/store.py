"""A store that speaks S3: moto's server, on loopback."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError

from tests.cli.calls import until

_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=anybody/20260101/us-east-1/s3/aws4_request,"
    " SignedHeaders=host, Signature=unchecked"
)


class Store:
    """A server of buckets."""

    def __init__(self, port: int) -> None:
        """Speak to the server at `port`."""
        self.url = f"http://127.0.0.1:{port}"

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        self._send("PUT", bucket)

    def put(self, name: str, content: bytes) -> None:
        """Put an object, whose bucket is the first part of its `name`."""
        self._send("PUT", name, content)

    def get(self, name: str) -> bytes | None:
        """Return the content of an object, or ``None`` if it is not there."""
        try:
            return self._send("GET", name)
        except HTTPError:
            return None

    def _send(self, method: str, name: str, content: bytes = b"") -> bytes:
        # Without a type it is taken for a form, and has no content.
        headers = {"Content-Type": "application/octet-stream", "Authorization": _SIGNED}
        request = urllib.request.Request(f"{self.url}/{name}", content, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: bytes = answer.read()
            return found


@contextmanager
def store() -> Iterator[Store]:
    """Run a store without any bucket."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as server:  # type: ignore[call-overload]
        try:
            until(lambda: _listens(port))
            yield Store(port)
        finally:
            server.kill()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
