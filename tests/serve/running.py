"""Runs ``hello-llm serve`` in a process of its own."""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from openai import OpenAI

from tests.cli.program import COMMAND
from tests.shared_cache import SHARED_CACHE

_ADDRESS = re.compile(r"serving .* at (http://\S+)")


class Running:
    """A server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", log: IO[str]) -> None:
        """Wait until it says where it is."""
        self.process = process
        self._log = log
        self._said: list[str] = []
        self._clients: list[OpenAI] = []
        for line in process.stdout or ():
            self._said.append(line)
            if found := _ADDRESS.match(line):
                self.url = found[1]
                break
        else:
            raise AssertionError(f"it ended with {process.wait()}: {self.log}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        """All of its standard error until now."""
        self._log.seek(0)
        return self._log.read()

    @property
    def stdout(self) -> str:
        """All of its standard output until now."""
        return "".join(self._said)

    @property
    def ws_url(self) -> str:
        """The address of its WebSocket."""
        return f"{self.url.replace('http', 'ws', 1)}/v1/events"

    def client(self, **options: object) -> Any:
        """Return OpenAI's own client of it, which tries nothing again unless told."""
        chosen = {"api_key": "unused", "max_retries": 0, **options}
        client = OpenAI(base_url=f"{self.url}/v1", **chosen)  # type: ignore[arg-type]
        self._clients.append(client)
        return client

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def close(self) -> None:
        """Close what its clients have opened."""
        for client in self._clients:
            client.close()

    def _read(self) -> None:
        self._said.extend(self.process.stdout or ())


def raw_request(body: Mapping[str, object]) -> bytes:
    """Return a request for a completion, byte for byte."""
    content = json.dumps(body).encode()
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
    )


def _home(folder: str) -> dict[str, str]:
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
    return dict.fromkeys(names, folder)


@contextmanager
def serving(
    *flags: str, environ: Mapping[str, str] = {}, config: str | None = None
) -> Iterator[Running]:
    """Run a server on a free port.

    Args:
        flags: its options.
        environ: what is added to its environment.
        config: the text of its configuration file; ``None`` for an empty one.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        file = Path(folder, "config.toml")
        file.write_text(config or "version = 1\n", encoding="utf-8")
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--config", str(file), *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **_home(folder), **SHARED_CACHE, **environ},
        )
        try:
            running = Running(process, log)
            yield running
            running.close()
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
