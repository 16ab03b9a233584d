"""The server plays scripts, keeps every byte, and ends connections as told."""

import socket
import subprocess
import sys

import httpx
import pytest

from tests.servers import Anthropic, Ollama, OpenAI, Script, ScriptedServer
from tests.servers.asking import ASKED, chat


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (
            OpenAI(),
            {
                "error": {
                    "message": "no",
                    "type": "authentication_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        (Ollama(), {"error": "no"}),
        (
            Anthropic(),
            {"type": "error", "error": {"type": "authentication_error", "message": "no"}},
        ),
    ],
)
def test_an_error_has_the_vendors_own_shape(client, dialect, body):
    script = Script(status=401, error="no", headers=(("Retry-After", "1"),))
    with ScriptedServer(dialect, script) as server:
        response = chat(client, server)
    assert (response.status_code, response.headers["retry-after"]) == (401, "1")
    assert response.json() == body


def test_a_scripted_body_is_sent_as_it_stands(client, openai_server):
    openai_server.play(Script(body=b"<p>hi", headers=(("Content-Type", "text/html"),)))
    response = chat(client, openai_server, stream=True)
    assert (response.status_code, response.text) == (200, "<p>hi")
    assert response.headers.get_list("content-type") == ["text/html"]


def test_scripts_follow_one_another_and_the_last_stays(client, openai_server):
    openai_server.play(Script(status=429), Script())
    statuses = [chat(client, openai_server).status_code for _ in range(3)]
    assert statuses == [429, 200, 200]


def test_another_path_is_not_found_and_uses_up_no_script(client, ollama_server):
    ollama_server.play(Script(chunks=("first",)), Script(chunks=("second",)))
    assert client.post(f"{ollama_server.url}/api/show", json={}).status_code == 404
    assert chat(client, ollama_server, stream=False).json()["message"]["content"] == "first"
    assert [request.path for request in ollama_server.requests] == ["/api/show", "/api/chat"]


def test_every_byte_of_a_request_is_kept(openai_server):
    raw = b"POST /v1/chat/completions HTTP/1.1\r\nhOsT:  x\r\nContent-Length: 4\r\n\r\n{ \xff}"
    with socket.create_connection(("127.0.0.1", openai_server.port), timeout=5) as sock:
        sock.sendall(raw[:30])
        sock.sendall(raw[30:])
        assert sock.recv(12) == b"HTTP/1.1 200"
    (request,) = openai_server.requests
    assert request.raw == raw
    assert (request.method, request.headers) == ("POST", {"host": "x", "content-length": "4"})


def test_requests_over_one_connection_are_kept_with_it(client, openai_server):
    chat(client, openai_server)
    chat(client, openai_server)
    (connection,) = openai_server.connections
    assert connection.requests == openai_server.requests
    assert len(connection.requests) == 2


def test_the_moment_the_client_leaves_in_mid_stream_is_noted(client, openai_server):
    openai_server.play(Script(end="stall"))
    url = openai_server.url + openai_server.dialect.path
    with client.stream("POST", url, json=ASKED | {"stream": True}) as response:
        lines = response.iter_lines()
        next(lines)
        (connection,) = openai_server.connections
        assert connection.closed_at is None
    assert connection.wait_closed(5)
    assert connection.closed_at is not None


def test_a_pause_between_chunks_ends_when_the_client_leaves(client, openai_server):
    openai_server.play(Script(delay_s=3600))
    url = openai_server.url + openai_server.dialect.path
    with client.stream("POST", url, json=ASKED | {"stream": True}) as response:
        lines = response.iter_lines()
        next(lines)
    assert openai_server.connections[0].wait_closed(5)


@pytest.mark.parametrize(
    ("end", "error"), [("fin", httpx.RemoteProtocolError), ("rst", httpx.ReadError)]
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_connection_is_cut_inside_the_body(client, openai_server, end, error, stream):
    openai_server.play(Script(end=end))
    with pytest.raises(error):
        chat(client, openai_server, stream=stream)


@pytest.mark.parametrize(
    ("dialect", "first_closing"),
    [
        (OpenAI(), b'"finish_reason":"stop"'),
        (Ollama(), b'"done":true'),
        (Anthropic(), b"event: content_block_stop"),
    ],
)
def test_a_cut_stream_holds_every_piece_and_no_closing_frame(dialect, first_closing):
    whole = b"".join(dialect.frames(Script(), ASKED))
    cut = b"".join(dialect.frames(Script(end="fin"), ASKED))
    assert whole.startswith(cut)
    assert b'"!"' in cut
    assert first_closing not in cut
    assert first_closing in whole


def test_closing_the_server_ends_a_stalled_reply():
    server = ScriptedServer(OpenAI(), Script(end="stall"))
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        head = f"POST {server.dialect.path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}"
        sock.sendall(head.encode())
        assert sock.recv(8) == b"HTTP/1.1"
        server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    assert server.connections[0].closed_at is None


def test_a_server_runs_by_hand(client, pytestconfig):
    command = [sys.executable, "-m", "tests.servers", "openai", "--text", "a b", "--delay", "0"]
    with subprocess.Popen(
        command, cwd=pytestconfig.rootpath, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        reply = client.post(url, json=ASKED).json()
        process.terminate()
    assert reply["choices"][0]["message"]["content"] == "a b"
