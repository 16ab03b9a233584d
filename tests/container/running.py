"""Containers of the server, run as the page says: no rights, and nothing that can be written to."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.container.engine import Engine

IMAGE = "hello-llm"
TOKEN_VARIABLE = "HELLO_LLM_TOKEN"
TOKEN = "a-token-that-nobody-else-has"
HARDENED = (
    "--read-only",
    "--tmpfs=/tmp",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
)
SERVE = ("serve", "--host", "0.0.0.0", "--token-env", TOKEN_VARIABLE, "--provider", "mock")
_PATIENCE_S = 120.0
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Container:
    """A running container with a server in it."""

    engine: Engine
    name: str
    port: int
    """The port on this machine's loopback address."""

    def ask(
        self, path: str, *, token: str | None = TOKEN, json: object = None, host: str | None = None
    ) -> httpx.Response:
        """Send a request, with a body if there is `json`."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers |= {} if host is None else {"Host": host}
        method = "GET" if json is None else "POST"
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, headers=headers, json=json, timeout=_PATIENCE_S)

    def wait(self) -> None:
        """Wait until the server is ready."""
        ends_at = time.monotonic() + _PATIENCE_S
        while not self._is_ready():
            assert self.state("Running") == "true", self.log()
            assert time.monotonic() < ends_at, self.log()
            time.sleep(_LOOK_AGAIN_S)

    def _is_ready(self) -> bool:
        try:
            return self.ask("/readyz", token=None).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def state(self, field: str) -> str:
        """Return a field of the container's state, such as ``ExitCode``."""
        return self.engine.output("inspect", f"--format={{{{.State.{field}}}}}", self.name).strip()

    def log(self) -> str:
        """Return the output of the server so far."""
        ended = self.engine.run("logs", self.name)
        return ended.stdout + ended.stderr


@contextmanager
def running(engine: Engine, *words: str, arguments: tuple[str, ...] = SERVE) -> Iterator[Container]:
    """Run a server, published on a free port, and wait until it is ready.

    Args:
        engine: podman.
        *words: more of ``podman run``.
        arguments: what the image gets instead of its own command; empty keeps that.
    """
    port = _free_port()
    published = ("--detach", f"--publish=127.0.0.1:{port}:8642", f"--env={TOKEN_VARIABLE}={TOKEN}")
    name = engine.output("run", *HARDENED, *published, *words, IMAGE, *arguments).strip()
    container = Container(engine, name, port)
    try:
        container.wait()
        yield container
    finally:
        engine.run("rm", "--force", "--time=0", "--volumes", name)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
