"""Stands in for the program `ollama` in an image of that name: it knows one answer."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

_ANSWER = {
    "model": "qwen2.5:0.5b",
    "message": {"role": "assistant", "content": "Hello from beside."},
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 1,
    "eval_count": 4,
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({"models": []})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(_ANSWER if self.path == "/api/chat" else {"status": "success"})

    def _answer(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(command: str) -> None:
    """Serve, or do as if it asked the server."""
    if command == "serve":
        ThreadingHTTPServer(("0.0.0.0", 11434), _Handler).serve_forever()
    else:
        host = os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
        urlopen(f"{host}/api/tags").read()


if __name__ == "__main__":
    main(sys.argv[1])
