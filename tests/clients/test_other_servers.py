"""The application under hypercorn and daphne, as processes of their own."""

import json
import socket
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.cli.calls import until
from tests.clients.asgi_servers import (
    ASGI_SERVERS,
    Running,
    asgi_server,
    ask,
    bearer,
    events,
    texts,
)
from tests.serve.conftest import SCRIPT
from tests.serve.running import raw_request

PROTOCOL = Subprotocol("hello-llm.events.1")
TOKEN = "t0ken-of-the-server-0123456789"
SERVED = """
from hello_llm.serve import ServeSettings, create_app

app = create_app(
    ServeSettings(
        given={"provider": "mock", "script": "script.toml", "retries": 0},
        allow=("*",),
        token_env=%r,
        max_body=2**18,
        read_timeout_s=1.0,
    )
)
"""


@contextmanager
def serving(name: str, folder: Path, token_env: str | None = None) -> Iterator[Running]:
    (folder / "script.toml").write_text(SCRIPT)
    (folder / "served.py").write_text(SERVED % token_env)
    with asgi_server(name, folder, "served:app", environ={"SERVER_TOKEN": TOKEN}) as running:
        yield running


@pytest.fixture(scope="module", params=ASGI_SERVERS)
def server(request, tmp_path_factory) -> Iterator[Running]:
    """A server without a token."""
    with serving(request.param, tmp_path_factory.mktemp("served")) as running:
        yield running
        running.is_sound()


@pytest.fixture(scope="module", params=ASGI_SERVERS)
def guarded(request, tmp_path_factory) -> Iterator[Running]:
    """A server that requires a token."""
    with serving(request.param, tmp_path_factory.mktemp("guarded"), "SERVER_TOKEN") as running:
        yield running
        running.is_sound()


def test_a_whole_answer(server: Running):
    with server.client() as client:
        reply = client.chat.completions.create(**ask("hi"))
    assert reply.choices[0].message.content == "Hello! You said: hi"


def test_a_stream_arrives_piece_by_piece(server: Running):
    with server.client() as client:
        with client.chat.completions.create(**ask("endless", stream=True)) as stream:
            pieces = texts(stream)
            assert "".join(next(pieces) for _ in range(3)).startswith("drop 1 drop 2 ")
        slow = list(texts(client.chat.completions.create(**ask("slow", stream=True))))
    assert slow == ["one ", "two ", "three ", "four ", "five"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_has_its_status_and_headers(server: Running, stream):
    with server.client() as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(**ask("busy", stream=stream))
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["x-should-retry"] == "true"


def test_a_failure_in_the_middle_is_an_error_and_not_the_end(server: Running):
    pieces: list[str] = []
    with server.client() as client:
        stream = client.chat.completions.create(**ask("cut", stream=True))
        with pytest.raises(openai.APIError, match="in the middle"):
            pieces.extend(texts(stream))
    assert "".join(pieces) == "one two "


def test_a_request_that_is_too_long_is_refused(server: Running):
    with server.client() as client, pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(**ask("x" * 2**18))
    assert caught.value.status_code == 413


def test_http_2(tmp_path):
    endless = ask("endless", stream=True)
    with serving("hypercorn", tmp_path) as server:
        with httpx.Client(http1=False, http2=True, base_url=server.url) as client:
            reply = client.post("/v1/chat/completions", json=ask("hi"))
            assert reply.http_version == "HTTP/2"
            assert reply.json()["choices"][0]["message"]["content"] == "Hello! You said: hi"
            with client.stream("POST", "/v1/chat/completions", json=endless) as stream:
                assert next(stream.iter_lines()).startswith("data: ")
        server.call_ends()


def test_a_websocket_answers_and_cancels(server: Running):
    with connect(server.ws_url, subprotocols=[PROTOCOL]) as opened:
        assert opened.subprotocol == PROTOCOL
        *_, end = events(opened, "slow")
        assert end["text"] == "one two three four five"
        answer = events(opened, "endless")
        assert [next(answer)["event"], next(answer)["event"]] == ["start", "delta"]
        opened.send('{"cancel": true}')
        *_, error = answer
        assert error["error"]["code"] == "INT"
        *_, end = events(opened, "hi")
        assert end["ok"]


def test_a_second_question_meanwhile_ends_the_connection(server: Running):
    with connect(server.ws_url) as opened:
        next(events(opened, "endless"))
        opened.send(json.dumps(ask("hi")))
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(lambda: opened.recv(timeout=60), None))
    assert closed.value.rcvd is not None
    if server.name != "daphne":  # which sends no reasons
        assert "one question at a time" in closed.value.rcvd.reason
    server.call_ends()


@contextmanager
def posting(server: Running, *, stream: bool) -> Iterator[None]:
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port)) as opened:
        opened.sendall(raw_request(ask("endless", stream=stream)))
        yield


@contextmanager
def asking_over_a_websocket(server: Running) -> Iterator[None]:
    with connect(server.ws_url) as opened:
        next(events(opened, "endless"))
        yield


@pytest.mark.parametrize(
    "calling",
    [partial(posting, stream=False), partial(posting, stream=True), asking_over_a_websocket],
    ids=["whole", "stream", "websocket"],
)
def test_a_client_that_leaves_ends_its_call(server: Running, calling):
    with calling(server):
        until(lambda: "hello_llm_calls_running 1\n" in server.metrics())
    server.call_ends()


def test_the_token_is_required(guarded: Running):
    with guarded.client() as client, pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(**ask("hi"))
    with guarded.client(api_key=TOKEN) as client:
        assert client.chat.completions.create(**ask("hi")).choices[0].message.content
    assert httpx.get(f"{guarded.url}/metrics").status_code == 401


def test_a_websocket_without_the_token_is_refused(guarded: Running):
    with pytest.raises(InvalidStatus) as refused, connect(guarded.ws_url):
        pass
    # Daphne cannot pass on a response to a WebSocket: it has one of its own.
    assert refused.value.response.status_code == (403 if guarded.name == "daphne" else 401)


def test_a_websocket_takes_the_token_either_way(guarded: Running):
    with connect(guarded.ws_url, additional_headers=bearer(TOKEN)) as opened:
        assert list(events(opened, "hi"))[-1]["ok"]
    encoded = urlsafe_b64encode(TOKEN.encode()).decode().rstrip("=")
    with connect(guarded.ws_url, subprotocols=[PROTOCOL, Subprotocol(f"bearer.{encoded}")]) as own:
        assert own.subprotocol == PROTOCOL
        assert list(events(own, "hi"))[-1]["ok"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_foreign_pages_are_refused(server: Running, headers):
    assert httpx.get(f"{server.url}/v1/models", headers=headers).status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(server.ws_url, additional_headers=headers)
    assert refused.value.response.status_code in {400, 403}


@contextmanager
def reading_a_stream(server: Running) -> Iterator[None]:
    url = f"{server.url}/v1/chat/completions"
    with httpx.stream("POST", url, json=ask("endless", stream=True)) as stream:
        lines = stream.iter_lines()
        next(lines)
        yield
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)


@pytest.mark.parametrize("name", ASGI_SERVERS)
@pytest.mark.parametrize(
    "calling",
    [nullcontext, reading_a_stream, asking_over_a_websocket],
    ids=["idle", "stream", "websocket"],
)
def test_sigterm_ends_the_server_and_what_is_left(name, calling, tmp_path):
    with serving(name, tmp_path) as server, calling(server):
        assert server.stop() == 0
        server.is_sound()
