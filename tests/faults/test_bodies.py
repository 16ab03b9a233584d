"""Bodies that are no reply are what their names say, and the big ones come in pieces."""

import zlib

import httpx
import pytest

from tests.faults.asking import asked, post, read_until
from tests.faults.catalogue import BY_ID
from tests.faults.stage import staged

PIECE = 2**20


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("200-html", 200, b"<html>"),
        ("200-empty", 200, b""),
        ("204", 204, b""),
        ("bad-json", 200, b'{"choices": ['),
        ("wrong-shape", 200, b'{"hello"'),
        ("wrong-shape.deep", 200, b'{"choices": [null]'),
        ("200-error-body", 200, b'{"error":{"message":"Incorrect API key provided"'),
        ("200-error-body.429", 200, b'{"error":{"message":"Rate limit exceeded"'),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_body_is_no_reply(client, name, status, body, stream):
    with staged(BY_ID[name], "openai") as stage:
        response = post(client, stage, stream=stream)
    assert response.status_code == status
    assert response.content[: len(body)] == body
    assert bool(body) == bool(response.content)


@pytest.mark.parametrize("stream", [True, False])
def test_a_huge_body_begins_like_a_reply_and_goes_on(stream):
    with asked("huge-body", stream=stream) as (sock, stage):
        received = 0
        begun = read_until(sock, b'"content":"')
        while received < 3 * PIECE:
            received += len(sock.recv(PIECE))
        assert begun.startswith(b"HTTP/1.1 200")
        sock.close()
        assert stage.server is not None
        assert stage.server.connections[0].wait_closed(5)


def test_a_gzip_bomb_unpacks_to_a_thousand_times_its_size(client):
    with staged(BY_ID["gzip-bomb"], "openai") as stage:
        url = stage.api_base + "/chat/completions"
        with client.stream("POST", url, json={"stream": True}) as response:
            assert response.headers["content-encoding"] == "gzip"
            packed = b"".join(response.iter_raw())
    part = packed[: len(packed) // 32]
    size = len(zlib.decompressobj(wbits=31).decompress(part))
    assert size > 500 * len(part)
    assert 32 * size > 0.9 * 2**30


def test_a_short_body_is_less_than_was_promised(client):
    with (
        staged(BY_ID["content-length-long"], "openai") as stage,
        pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"),
    ):
        post(client, stage)


def test_what_is_called_gzip_is_not(client):
    with staged(BY_ID["bad-gzip"], "openai") as stage, pytest.raises(httpx.DecodingError):
        post(client, stage)


@pytest.mark.parametrize("stream", [True, False])
def test_the_wrong_charset_is_no_utf_8(client, stream):
    with staged(BY_ID["wrong-charset"], "openai") as stage:
        body = post(client, stage, stream=stream).content
    assert b'"Gr\xfc\xdfe"' in body
