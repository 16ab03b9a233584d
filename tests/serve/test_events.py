"""The WebSocket: its events, cancelling, and what ends a connection."""

import json
from collections import deque
from contextlib import contextmanager

import httpx
import jsonschema
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from hello_llm.rendering.json.schemas import load_schema
from tests.cli.calls import until
from tests.serve.running import Running, serving

SCHEMA = load_schema("events")
PROTOCOL = Subprotocol("hello-llm.events.1")


@contextmanager
def connected(server, **options):
    with connect(server.ws_url, subprotocols=[PROTOCOL], **options) as socket:
        yield socket


def ask(socket, text, **more):
    asked = {"model": "any", "messages": [{"role": "user", "content": text}], **more}
    socket.send(json.dumps(asked))


def event(socket):
    found = json.loads(socket.recv(timeout=60))
    jsonschema.validate(found, SCHEMA)
    return found


def events(socket):
    while True:
        found = event(socket)
        yield found
        if found["event"] in {"end", "error"}:
            return


def test_an_answer_is_the_events_of_a_streamed_chat(server: Running):
    with connected(server) as socket:
        assert socket.subprotocol == PROTOCOL
        ask(socket, "slow")
        start, *deltas, end = events(socket)
    assert start["event"] == "start"
    assert start["provider"] == "mock"
    assert {one["event"] for one in deltas} == {"delta"}
    assert "".join(one["text"] for one in deltas) == "one two three four five"
    assert end["event"] == "end"
    assert end["ok"]
    assert end["text"] == "one two three four five"


def test_questions_follow_one_another(server: Running):
    with connected(server) as socket:
        for number in range(5):
            ask(socket, f"number {number}")
            *_, end = events(socket)
            assert end["text"].endswith(f"number {number}")


@pytest.mark.parametrize(("prompt", "code"), [("cut", "BROKEN_REPLY"), ("down", "SERVER")])
def test_a_failure_is_an_event_and_another_question_may_follow(server: Running, prompt, code):
    with connected(server) as socket:
        ask(socket, prompt)
        *_, error = events(socket)
        assert error["event"] == "error"
        assert error["error"]["code"] == code
        assert error["text"] == ("one two " if prompt == "cut" else "")
        ask(socket, "hi")
        assert list(events(socket))[-1]["ok"]


def test_a_message_cancels_a_call(server: Running):
    with connected(server) as socket:
        ask(socket, "endless")
        while event(socket)["event"] != "delta":
            pass
        socket.send('{"cancel": true}')
        *_, error = events(socket)
        assert error["error"]["code"] == "INT"
        assert error["text"]
        assert not error["complete"]
        ask(socket, "hi")
        assert list(events(socket))[-1]["ok"]


def test_cancelling_what_has_ended_does_nothing(server: Running):
    with connected(server) as socket:
        socket.send('{"cancel": true}')
        ask(socket, "hi")
        assert list(events(socket))[-1]["ok"]


def test_a_second_question_meanwhile_ends_the_connection(server: Running):
    with connected(server) as socket:
        ask(socket, "endless")
        event(socket)
        ask(socket, "hi")
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(socket.recv, None))
    told = closed.value.rcvd
    assert told is not None
    assert told.code == 4409
    assert "one question at a time" in told.reason


def test_closing_the_connection_ends_the_call(script):
    with serving("--script", str(script), "--allow", "*") as server:
        with connected(server) as socket:
            ask(socket, "endless")
            event(socket)
            assert "hello_llm_calls_running 1\n" in metrics(server)
        until(lambda: "hello_llm_calls_running 0\n" in metrics(server))
        assert 'code="INT"} 1' in metrics(server)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("nonsense", "not JSON"),
        (b"bytes", "binary"),
        ("[]", "not a JSON object"),
        ('{"model": "any"}', "messages"),
        ('{"model": "any", "messages": [{"role": "user", "content": "hi"}], "n": 2}', '"n"'),
    ],
)
def test_what_cannot_be_answered_is_an_error_and_no_end(server: Running, message, words):
    with connected(server) as socket:
        socket.send(message)
        start, error = events(socket)
        assert start["event"] == "start"
        assert error["error"]["code"] == "REQUEST"
        assert words in error["error"]["message"]
        ask(socket, "hi")
        assert list(events(socket))[-1]["ok"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_foreign_pages_cannot_connect(server: Running, headers):
    with pytest.raises(InvalidStatus) as refused, connected(server, additional_headers=headers):
        pass
    assert refused.value.response.status_code in {400, 403}


def metrics(server):
    return httpx.get(f"{server.url}/metrics").text
