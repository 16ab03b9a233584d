"""The connection that a cold call makes while LiteLLM is being loaded."""

import json
import socket
import threading

import pytest

from tests.cli.program import child

pytestmark = pytest.mark.in_process

ANSWER = json.dumps(
    {
        "object": "chat.completion",
        "model": "tiny",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
        ],
    }
).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


def serve(listener, idle_connections, accepted):
    """Close `idle_connections` before anything arrives on them, then answer one request."""
    for _ in range(idle_connections):
        listener.accept()[0].close()
        accepted.append("closed")
    connection, _ = listener.accept()
    accepted.append("answered")
    with connection:
        connection.recv(65536)
        connection.sendall(HEAD % len(ANSWER) + ANSWER)


@pytest.mark.parametrize("idle_connections", [0, 1])
def test_a_server_may_close_it_before_the_request_is_ready(idle_connections):
    accepted: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        arguments = (listener, idle_connections, accepted)
        server = threading.Thread(target=serve, args=arguments, daemon=True)
        server.start()
        ended = child("chat", "hi", "-m", "openai/tiny", "--api-base", base)
        server.join(timeout=30)
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"Hi\n", "")
    assert accepted == ["closed"] * idle_connections + ["answered"]
