"""The client that the tests of the faults ask with: raw bytes over one socket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.faults.catalogue import BY_ID
from tests.faults.stage import Stage, staged

_PATHS = {
    "openai": "/v1/chat/completions",
    "responses": "/v1/responses",
    "mistral": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
}
PATIENCE_S = 5.0


def path_of(protocol: str, model: str, *, stream: bool) -> str:
    """Return the path of the chat endpoint."""
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return _PATHS.get(protocol, f"/v1beta/models/{model}:{verb}")


def body_of(model: str, *, stream: bool) -> bytes:
    """Return a chat request's body; its keys are the same in all protocols."""
    messages = [{"role": "user", "content": "hi"}]
    return json.dumps({"model": model, "messages": messages, "stream": stream}).encode()


def request_of(protocol: str, *, stream: bool) -> bytes:
    """Return a whole chat request."""
    body = body_of("m", stream=stream)
    line = f"POST {path_of(protocol, 'm', stream=stream)} HTTP/1.1\r\n"
    return f"{line}Host: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def port_of(stage: Stage) -> int:
    """Return the port of the stage."""
    return httpx.URL(stage.api_base).port or 80


@contextmanager
def connected(stage: Stage) -> Iterator[socket.socket]:
    """Connect to the stage."""
    with socket.create_connection(("127.0.0.1", port_of(stage)), PATIENCE_S) as sock:
        yield sock


@contextmanager
def asked(
    name: str, protocol: str = "openai", *, stream: bool = True
) -> Iterator[tuple[socket.socket, Stage]]:
    """Serve the fault `name`, and send one request."""
    with staged(BY_ID[name], protocol) as stage, connected(stage) as sock:
        sock.sendall(request_of(protocol, stream=stream))
        yield sock, stage


def read_to_end(sock: socket.socket) -> bytes:
    """Return everything until the server ends the connection."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def read_until(sock: socket.socket, end: bytes) -> bytes:
    """Return everything until `end` has come."""
    received = b""
    while end not in received:
        piece = sock.recv(65536)
        assert piece, f"the connection ended before {end!r}: {received[-200:]!r}"
        received += piece
    return received


def post(
    client: httpx.Client, stage: Stage, protocol: str = "openai", *, stream: bool = False
) -> httpx.Response:
    """Ask the server of the stage once."""
    url = f"http://127.0.0.1:{port_of(stage)}{path_of(protocol, 'm', stream=stream)}"
    return client.post(url, content=body_of("m", stream=stream))


def text_of(protocol: str, answer: bytes) -> str:
    """Return the text of a streamed `answer`: the deltas of its first choice, joined."""
    lines = (
        line.removeprefix(b"data:").strip()
        for line in answer.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    )
    frames = (json.loads(line) for line in lines if line.startswith(b"{"))
    return "".join(_delta(protocol, frame) or "" for frame in frames)


def _delta(protocol: str, frame: dict[str, Any]) -> str | None:
    match protocol, frame:
        case (("openai" | "mistral"), {"choices": [{"index": 0, "delta": {"content": text}}]}):
            return str(text or "")
        case "responses", {"type": "response.output_text.delta", "delta": text}:
            return str(text)
        case "anthropic", {"delta": {"text": text}}:
            return str(text)
        case "ollama", {"message": {"content": text}}:
            return str(text)
        case "gemini", {"candidates": [{"content": {"parts": [{"text": text}]}}]}:
            return str(text)
    return None
