"""A thousand requests that are wrong in some way: each is refused in words, and none is a bug."""

import json
import random
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serve.running import Running

PATH = "/v1/chat/completions"
GOOD: dict[str, Any] = {"model": "any", "messages": [{"role": "user", "content": "hi"}]}
JSON = {"content-type": "application/json"}
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e308, 10**400, "", "x", "\ud800", "\x00", "😀" * 100),
    *([], {}, [[]], [{}], {"a": {}}, [None], ["x"], [1, [2, [3]]], "x" * 100_000),
)
UNSUPPORTED = (
    *("tools", "functions", "function_call", "tool_choice", "response_format", "logit_bias"),
    *("logprobs", "top_logprobs", "n", "audio", "modalities", "prediction", "reasoning_effort"),
    *("presence_penalty", "frequency_penalty", "web_search_options", "api_key", "api_base"),
    *("extra_headers", "base_url", "mock_response", "fallbacks", "system", "prompt", "input"),
)
"""Fields that would change an answer; each is refused by name unless its value changes nothing."""


def bodies(draw: random.Random) -> Iterator[bytes]:
    """Yield bodies that are no request, or one with something wrong, and no end of them."""
    whole = json.dumps(GOOD).encode()
    while True:
        yield whole[: draw.randrange(len(whole))]
        yield draw.randbytes(draw.randrange(300))
        spot = draw.randrange(len(whole))
        yield whole[:spot] + draw.randbytes(1 + draw.randrange(3)) + whole[spot + 1 :]
        yield json.dumps({**GOOD, draw.choice(UNSUPPORTED): draw.choice(ODD_VALUES[6:])}).encode()
        yield json.dumps({**GOOD, draw.choice(list(GOOD)): draw.choice(ODD_VALUES)}).encode()
        message = {**GOOD["messages"][0], draw.choice(("role", "content")): draw.choice(ODD_VALUES)}
        yield json.dumps({**GOOD, "messages": [message]}).encode()
        number = draw.choice(("temperature", "top_p", "max_tokens", "seed", "stop", "stream"))
        yield json.dumps({**GOOD, number: draw.choice(ODD_VALUES[8:])}).encode()
        yield b"[" * draw.randrange(1, 100_000)
        yield whole.replace(b'"hi"', draw.choice((b"NaN", b"Infinity", b"1e999", b"'hi'", b"\xff")))
        yield json.dumps(draw.choice(ODD_VALUES)).encode()


def heads(draw: random.Random) -> Iterator[bytes]:
    """Yield what is no request of HTTP, or one that asks for nothing here, and no end of them."""
    method = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "é")
    while True:
        path = draw.choice(("/", PATH, "/v1", "/v1/../..", "//", "*", "http://x/", "/%00", "/%ff"))
        host = draw.choice(("Host: 127.0.0.1\r\n", "Host: x\r\n", "", "Host: a\r\nHost: b\r\n"))
        version = draw.choice(("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "", "ICY"))
        more = draw.choice(
            (
                *("", "Content-Length: x\r\n", "Content-Length: -1\r\n", ": x\r\n", "a b: c\r\n"),
                *("Content-Length: 1\r\nContent-Length: 2\r\n", "Transfer-Encoding: x\r\n"),
                *("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "X: \x00\r\n", " x\r\n"),
                "Expect: 200-maybe\r\n",
            )
        )
        end = "Connection: close\r\n\r\n"
        yield f"{draw.choice(method)} {path} {version}\r\n{host}{more}{end}".encode("latin-1")
        yield draw.randbytes(draw.randrange(1, 200)) + b"\r\n\r\n"


def is_clear(error: object) -> bool:
    return isinstance(error, dict) and bool(error["message"]) and error["exit_code"] in {2, 3, 4}


def test_700_bodies_are_refused_or_answered(server: Running):
    made, refused = bodies(random.Random(1)), 0
    with httpx.Client(timeout=60) as client:
        for _ in range(700):
            body = next(made)
            found = client.post(server.url + PATH, content=body, headers=JSON)
            if found.status_code == 200:  # by chance it was right
                continue
            refused += 1
            assert 400 <= found.status_code < 500, (body[:200], found.text)
            assert is_clear(found.json()["error"]), (body[:200], found.text)
    assert refused > 600
    assert "Traceback" not in server.log
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_300_heads_are_refused_or_answered(server: Running):
    made, where = heads(random.Random(2)), urlsplit(server.url)
    for _ in range(300):
        head = next(made)
        with socket.create_connection((where.hostname, where.port), timeout=60) as opened:
            opened.sendall(head)
            opened.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(partial(opened.recv, 65536), b""))
        if answer:  # what ends before its head does gets none
            status = int(answer.split(b" ", 2)[1])
            assert status < 500 or status == 501, (head, answer)
            assert b"Traceback" not in answer
    assert "Traceback" not in server.log
    assert httpx.get(f"{server.url}/healthz").status_code == 200


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_field_that_would_change_the_answer_is_refused_by_name(server: Running, name):
    body = {**GOOD, name: {"type": "json_object"} if name == "response_format" else "something"}
    found = httpx.post(server.url + PATH, json=body)
    assert found.status_code == 400
    assert found.json()["error"]["param"] == name
    assert f'"{name}"' in found.json()["error"]["message"]


@pytest.mark.parametrize(
    "name", ["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"]
)
def test_a_field_that_changes_nothing_is_ignored(server: Running, name):
    assert httpx.post(server.url + PATH, json={**GOOD, name: "something"}).status_code == 200


def test_lone_surrogates_are_answered(server: Running):
    body = {**GOOD, "messages": [{"role": "user", "content": "a\ud800b"}]}
    found = httpx.post(server.url + PATH, content=json.dumps(body), headers=JSON)
    assert found.status_code == 200
