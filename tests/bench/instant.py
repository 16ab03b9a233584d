"""A server that answers at once: an OpenAI stream of as many tokens as the model's name says.

Those of a model whose name begins with `SLOWLY` come one by one, each of which is when it was sent.
A model whose name is `late-200-tokens-20` answers after 200 ms.

A GET of any path returns when each request since the last GET came, in seconds of its clock.
"""

import json
import re
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from tests.bench.serving import serve_until_stdin_closes

WORDS = "the quick **brown** fox jumps over the lazy dog and `runs` on.\n\n".split(" ")
SLOWLY = "slowly"
SLOW_S = 0.1
_LATE = re.compile(r"late-(\d+)-")
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.arrivals: list[float] = []

    def arrivals_since_asked(self) -> bytes:
        arrivals, self.arrivals = self.arrivals, []
        return json.dumps(arrivals).encode()


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline():
            request = self._read()
            if line.startswith(b"GET "):
                kind, body = b"application/json", self.server.arrivals_since_asked()
            else:
                self.server.arrivals.append(time.perf_counter())
                if request["model"].startswith(SLOWLY):
                    self._answer_slowly(_tokens(request["model"]))
                    continue
                if late := _LATE.match(request["model"]):
                    time.sleep(int(late[1]) / 1000)
                kind, body = _answer(request["model"], stream=bool(request.get("stream")))
            self.wfile.write(_HEAD % (kind, len(body)) + body)

    def _answer_slowly(self, tokens: int) -> None:
        self.wfile.write(_CHUNKED)
        for number in range(tokens + 1):
            last = number == tokens
            delta = {} if last else {"content": f"{time.perf_counter():.6f} "}
            reason = "stop" if last else None
            frame = json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
            self._send_chunk(f"data: {frame}\n\n".encode())
            time.sleep(SLOW_S)
        self._send_chunk(b"data: [DONE]\n\n", b"0\r\n\r\n")

    def _send_chunk(self, data: bytes, end: bytes = b"") -> None:
        self.wfile.write(b"%X\r\n%s\r\n%s" % (len(data), data, end))

    def _read(self) -> dict[str, Any]:
        length = 0
        while (line := self.rfile.readline()) not in {b"", b"\r\n"}:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        asked: dict[str, Any] = json.loads(self.rfile.read(length)) if length else {}
        return asked


@cache
def _answer(model: str, *, stream: bool) -> tuple[bytes, bytes]:
    tokens = _tokens(model)
    words = [f"{WORDS[number % len(WORDS)]} " for number in range(tokens)]
    usage = {"prompt_tokens": 8, "completion_tokens": tokens, "total_tokens": tokens + 8}
    envelope: dict[str, object] = {"id": "chatcmpl-1", "created": 1, "model": model}
    if not stream:
        message = {"role": "assistant", "content": "".join(words)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole: dict[str, object] = {
            **envelope,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
        }
        return b"application/json", json.dumps(whole).encode()
    chunk: dict[str, object] = {**envelope, "object": "chat.completion.chunk"}
    choices: list[list[dict[str, object]]] = [
        [{"index": 0, "delta": {"content": word}, "finish_reason": None}] for word in words
    ]
    choices.append([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    chunks = [{**chunk, "choices": one} for one in choices]
    chunks.append({**chunk, "choices": [], "usage": usage})
    lines = [f"data: {json.dumps(one)}\n\n" for one in chunks]
    return b"text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode()


def _tokens(model: str) -> int:
    return int(re.search(r"\d+$", model)[0])  # type: ignore[index]


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Serve in threads of this process; yield the address of the API."""
    with _Server(("127.0.0.1", port)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


if __name__ == "__main__":
    serve_until_stdin_closes(serving())
