"""Runs other ASGI servers, each in a process of its own, and asks them."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from openai import OpenAI
from websockets.sync.client import ClientConnection

from tests.cli.calls import until
from tests.shared_cache import SHARED_CACHE

_LISTENING = {"daphne": ("--fd", "{fd}"), "hypercorn": ("--bind", "fd://{fd}")}
ASGI_SERVERS = tuple(_LISTENING)


@dataclass
class Running:
    """A server that answers."""

    name: str
    """The name of its program."""
    url: str
    """Where the application is."""
    process: "subprocess.Popen[bytes]"
    _log: IO[str]

    @property
    def log(self) -> str:
        """All that it has said until now."""
        self._log.seek(0)
        return self._log.read()

    @property
    def ws_url(self) -> str:
        """The address of the WebSocket."""
        return f"{self.url.replace('http', 'ws', 1)}/v1/events"

    @contextmanager
    def client(self, **options: Any) -> Iterator[OpenAI]:
        """OpenAI's own client of it, which tries nothing again."""
        chosen = {"api_key": "unused", "max_retries": 0, **options}
        with OpenAI(base_url=f"{self.url}/v1", **chosen) as client:
            yield client

    def metrics(self, token: str = "") -> str:
        """What it has counted until now."""
        return httpx.get(f"{self.url}/metrics", headers=bearer(token)).text

    def call_ends(self, token: str = "") -> None:
        """Wait until no call is in progress."""
        until(lambda: "hello_llm_calls_running 0\n" in self.metrics(token))

    def is_sound(self) -> None:
        """Check that it has logged no error of ours."""
        assert "src/hello_llm" not in self.log
        assert "unexpected" not in self.log

    def stop(self) -> int:
        """Send it SIGTERM, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries `token`, if there is one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def ask(text: str, *, stream: bool = False) -> dict[str, Any]:
    """Return the request that asks `text`."""
    return {"model": "any", "messages": [{"role": "user", "content": text}], "stream": stream}


def texts(chunks: Any) -> Iterator[str]:
    """Yield the pieces of text in a stream of OpenAI's client."""
    for chunk in chunks:
        for choice in chunk.choices:
            if choice.delta.content:
                yield choice.delta.content


def events(socket: ClientConnection, text: str) -> Iterator[dict[str, Any]]:
    """Ask `text`, and yield the events of the answer."""
    socket.send(json.dumps(ask(text)))
    while True:
        found = json.loads(socket.recv(timeout=60))
        yield found
        if found["event"] in {"end", "error"}:
            return


@contextmanager
def asgi_server(
    name: str, folder: Path, app: str, *, prefix: str = "", environ: Mapping[str, str] = {}
) -> Iterator[Running]:
    """Run the server `name`.

    Args:
        name: one of `ASGI_SERVERS`.
        folder: the folder with the module of the application.
        app: the application, as ``module:variable``.
        prefix: the path below which hello-llm is mounted.
        environ: what is added to the environment.
    """
    with tempfile.TemporaryFile("w+") as log, tempfile.TemporaryDirectory() as home:
        variables = {**os.environ, "HOME": home, **SHARED_CACHE, **environ}
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            process = subprocess.Popen(
                _command(name, app, listener.fileno()),
                cwd=folder,
                env=variables,
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running = Running(name, url + prefix, process, log)
        try:
            _wait_until_it_serves(running)
            yield running
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # hypercorn has a process besides
            process.wait()


def _wait_until_it_serves(running: Running) -> None:
    """Ask once: the kernel keeps the request until the server takes it, or has ended."""
    try:
        health = httpx.get(f"{running.url}/healthz", timeout=60)
    except httpx.TransportError as error:
        raise AssertionError(running.log) from error
    assert health.status_code == 200, running.log


def _command(name: str, app: str, fd: int) -> Sequence[str]:
    return [sys.executable, "-m", name, *(one.format(fd=fd) for one in _LISTENING[name]), app]
