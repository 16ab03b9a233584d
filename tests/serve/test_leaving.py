"""What leaves ends: a client takes its call along, and a server tells those that it cuts off."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.cli.calls import until
from tests.serve.running import Running, raw_request, serving
from tests.servers import OpenAI, Script, ScriptedServer

STALLS = Script(chunks=("one ", "two "), end="stall")
SLOW = Script(chunks=("one ", "two "), delay_s=3600.0)
ASKED = {"model": "openai/x", "messages": [{"role": "user", "content": "hi"}]}


@contextmanager
def before(vendor: ScriptedServer, *flags: str) -> Iterator[Running]:
    """Serve a model of a vendor."""
    where = ("--model", "openai/x", "--api-base", f"{vendor.url}/v1")
    environ = {"OPENAI_API_KEY": "key-of-the-server"}
    with serving(*where, "--retries", "0", *flags, environ=environ) as running:
        yield running


@pytest.fixture(scope="module")
def vendor() -> Iterator[ScriptedServer]:
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture(scope="module")
def front(vendor: ScriptedServer) -> Iterator[Running]:
    with before(vendor) as running:
        yield running


@contextmanager
def posting(server: Running, *, stream: bool = False) -> Iterator[None]:
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port)) as opened:
        opened.sendall(raw_request({**ASKED, "stream": stream}))
        yield


@contextmanager
def asking_for_a_stream(server: Running) -> Iterator[httpx.Response]:
    url = f"{server.url}/v1/chat/completions"
    asked = {**ASKED, "stream": True}
    with httpx.Client(timeout=None) as client, client.stream("POST", url, json=asked) as response:
        yield response


@contextmanager
def asking_over_a_websocket(server: Running) -> Iterator[None]:
    with connect(server.ws_url) as opened:
        opened.send(json.dumps(ASKED))
        yield


def asked(vendor: ScriptedServer, count: int) -> bool:
    return len(vendor.requests) > count


@pytest.mark.parametrize(
    "ask",
    [posting, partial(posting, stream=True), asking_over_a_websocket],
    ids=["whole", "stream", "websocket"],
)
@pytest.mark.parametrize("script", [STALLS, SLOW], ids=["after two pieces", "before the first"])
def test_a_client_that_leaves_ends_the_call_of_the_vendor(front, vendor, ask, script):
    vendor.play(script)
    before_it = len(vendor.requests)
    with ask(front):
        until(lambda: asked(vendor, before_it))
    connection = vendor.connections[-1]
    assert connection.wait_closed(60)
    until(lambda: "hello_llm_calls_running 0\n" in httpx.get(f"{front.url}/metrics").text)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_without_calls_stops_at_once_and_well(number):
    with serving("--provider", "mock") as server:
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        assert server.stop(number) == 0
        assert "Traceback" not in server.log


def test_calls_in_progress_may_finish(vendor):
    vendor.play(Script(chunks=("one ", "two ", "three"), delay_s=0.5))
    with before(vendor, "--grace", "1h") as server:
        with asking_for_a_stream(server) as response:
            lines = response.iter_lines()
            first = next(lines)
            server.process.send_signal(signal.SIGTERM)
            until(lambda: httpx.get(f"{server.url}/readyz").status_code == 503)
            refused = httpx.post(f"{server.url}/v1/chat/completions", json=ASKED)
            text = "\n".join([first, *lines])
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "stopping"
        assert "three" in text
        assert "[DONE]" in text
        assert server.process.wait(60) == 0


def test_calls_that_take_too_long_are_cut_off_and_marked(vendor):
    vendor.play(STALLS)
    with before(vendor, "--grace", "0") as server:
        with asking_for_a_stream(server) as stream, connect(server.ws_url) as opened:
            lines = stream.iter_lines()
            assert "one" in next(lines)
            opened.send(json.dumps(ASKED))
            assert json.loads(opened.recv())["event"] == "start"
            assert json.loads(opened.recv())["event"] == "delta"
            server.process.send_signal(signal.SIGTERM)
            text = "\n".join(lines)
            events = list(_received(opened))
        assert "[DONE]" not in text
        assert '"code": "stopping"' in text
        assert events[-1]["error"]["code"] == "TERM"
        assert events[-1]["text"] == "one two "
        assert server.process.wait(60) == 143
        assert "2 of them did not finish" in server.log


def test_a_second_signal_cuts_off_what_is_left(vendor):
    vendor.play(STALLS)
    with before(vendor, "--grace", "1h") as server:
        with asking_for_a_stream(server) as stream:
            lines = stream.iter_lines()
            next(lines)
            server.process.send_signal(signal.SIGINT)
            until(lambda: "in progress" in server.log)
            server.process.send_signal(signal.SIGINT)
            assert "the server is stopping" in "\n".join(lines)
        assert server.process.wait(60) == 130


def _received(opened):
    with suppress(ConnectionClosed):
        while True:
            yield json.loads(opened.recv(timeout=60))
