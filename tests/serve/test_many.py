"""Many streams at a time: none is lost or mixed up; and clients that do not read."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hello_llm.serve import ServeSettings, create_app
from hello_llm.serve.app import App
from hello_llm.serve.listening import addresses_of, listen
from hello_llm.serve.server import Server
from tests.bench.streams import measure, vendors_server
from tests.cli.calls import until
from tests.serve.running import raw_request, serving

FLOOD = """version = 1
[[rule]]
name = "flood"
fault = "drip.for-ever"
chunk_delay = 0
optional = true
"""
REQUEST = raw_request(
    {"model": "any", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
)


def test_a_hundred_streams_at_a_time_are_all_complete():
    with vendors_server(0.1) as vendor:
        where = ("--model", "openai/x", "--api-base", f"http://127.0.0.1:{vendor}/v1")
        with serving(*where, environ={"OPENAI_API_KEY": "unused"}) as running:
            port = int(running.url.rpartition(":")[2])
            measured = asyncio.run(measure(port, 100, 10, 2))
            assert running.process.poll() is None, running.log
    assert measured.failures == {}
    assert measured.complete == measured.begun >= 100


@contextmanager
def here(settings: ServeSettings) -> Iterator[tuple[App, int]]:
    """Serve in this process; yields the application and its port."""
    app = create_app(settings)
    sockets = listen(addresses_of("127.0.0.1"), 0, settings.read_timeout_s)
    with Server(app, settings, sockets) as server:
        yield app, sockets[0].getsockname()[1]
        server.stop(0.0)


@pytest.fixture
def flood(tmp_path):
    file = tmp_path / "flood.toml"
    file.write_text(FLOOD)
    return {"provider": "mock", "script": str(file), "timeout": 0.0}


def test_a_client_that_reads_nothing_is_cut_off(flood):
    settings = ServeSettings(given=flood, allow=("*",), read_timeout_s=0.5)
    with here(settings) as (app, port), socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(REQUEST)
        until(lambda: app.calls.running == 1)
        until(lambda: app.calls.running == 0)


def test_calls_beyond_the_limit_are_told_to_wait(flood):
    settings = ServeSettings(given=flood, allow=("*",), max_calls=2)
    with here(settings) as (app, port):
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        for client in clients[:2]:
            client.sendall(REQUEST)
        until(lambda: app.calls.running == 2)
        clients[2].sendall(REQUEST)
        answer = clients[2].recv(65536)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in answer
        for client in clients:
            client.close()
        until(lambda: app.calls.running == 0)


def test_a_head_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr("hello_llm.serve.server._Protocol.head_timeout_s", 0.2)
    with here(ServeSettings(given={"provider": "mock"})) as (_, port):
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: local"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(begun)
                assert client.recv(1) == b""


def test_a_body_that_never_ends_is_given_up():
    settings = ServeSettings(given={"provider": "mock"}, read_timeout_s=0.2)
    with here(settings) as (_, port), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(REQUEST[:-1])
        assert client.recv(65536).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_answers_leave_at_once(host):
    sockets = listen(addresses_of(host), 0, 1.0)
    assert {one.proto for one in sockets} == {socket.IPPROTO_TCP}
    assert len({one.getsockname()[1] for one in sockets}) == 1
    for one in sockets:
        one.close()
