"""Streams stall, break off and end as their names say."""

import select

import pytest

from tests.faults.asking import (
    asked,
    connected,
    post,
    read_to_end,
    read_until,
    request_of,
    text_of,
)
from tests.faults.catalogue import BY_ID
from tests.faults.fault import EVERYWHERE, TEXT
from tests.faults.stage import staged

LAST_CHUNK = b"0\r\n\r\n"
FINISHES = (
    b'"finish_reason":"',
    b'"stop_reason":"',
    b'"done_reason":"',
    b'"finishReason":"',
    b'"response.completed"',
)


def dechunked(raw: bytes) -> bytes:
    """Return the body of the chunked response `raw`, as far as it came."""
    _, _, rest = raw.partition(b"\r\n\r\n")
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


def is_silent(sock) -> bool:
    """Tell whether nothing comes for a while, not even an end."""
    return select.select([sock], [], [], 0.1)[0] == []


@pytest.mark.parametrize("protocol", BY_ID["headers-then-stall"].protocols)
def test_headers_come_and_then_nothing(protocol):
    with asked("headers-then-stall", protocol) as (sock, _):
        assert read_until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
        assert is_silent(sock)


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_a_stream_stalls_after_three_chunks(protocol):
    with asked("stall-mid", protocol) as (sock, _):
        raw = read_until(sock, b"world")
        assert is_silent(sock)
    assert text_of(protocol, dechunked(raw)) == "Hello, world"


@pytest.mark.parametrize(
    ("protocol", "ping"), [("openai", b": ping\n\n"), ("anthropic", b"event: ping\n")]
)
def test_keep_alive_comments_come_without_text(protocol, ping):
    with asked("keepalive-forever", protocol) as (sock, _):
        received = read_until(sock, ping)
        received += read_until(sock, ping)
    assert text_of(protocol, dechunked(received)) == ""


@pytest.mark.parametrize(("name", "protocol"), [("drip", "openai"), ("drip.for-ever", "ollama")])
def test_a_drip_comes_piece_by_piece(name, protocol):
    with asked(name, protocol) as (sock, _):
        raw = read_until(sock, b"drop 1")
        assert b"drop 2" not in raw
        assert b"drop 3" not in read_until(sock, b"drop 2")


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_before_the_first_piece_it_is_cut_in_three_ways(protocol):
    with staged(BY_ID["cut-before-first"], protocol) as stage:
        endings = [_ending_of(stage, protocol) for _ in range(3)]
    assert endings == [b"HTTP/1.1 200", "reset", b""]


def _ending_of(stage, protocol):
    with connected(stage) as sock:
        sock.sendall(request_of(protocol, stream=True))
        try:
            return read_to_end(sock)[:12]
        except ConnectionResetError:
            return "reset"


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_fin_comes_in_mid_body(protocol):
    with asked("cut-mid-fin", protocol) as (sock, _):
        raw = read_to_end(sock)
    assert text_of(protocol, dechunked(raw)) == TEXT
    assert not raw.endswith(LAST_CHUNK)


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_rst_comes_in_mid_body_once_all_was_read(protocol):
    with asked("cut-mid-rst", protocol) as (sock, _):
        raw = read_until(sock, b'"!"')
        with pytest.raises(ConnectionResetError):
            read_to_end(sock)
    assert text_of(protocol, dechunked(raw)) == TEXT


@pytest.mark.parametrize("protocol", EVERYWHERE)
@pytest.mark.parametrize("name", ["cut-clean-no-done", "cut-clean-no-done.unframed"])
def test_a_clean_end_has_no_mark_of_completeness(client, protocol, name):
    with staged(BY_ID[name], protocol) as stage:
        body = post(client, stage, protocol, stream=True).content
    assert text_of(protocol, body) == TEXT
    assert not [mark for mark in (*FINISHES, b"[DONE]", b'"done":true') if mark in body]


@pytest.mark.parametrize("protocol", BY_ID["no-done-but-finish"].protocols)
def test_a_finish_reason_comes_without_end_marker(client, protocol):
    with staged(BY_ID["no-done-but-finish"], protocol) as stage:
        body = post(client, stage, protocol, stream=True).content
    assert [mark for mark in FINISHES if mark in body]
    assert b"[DONE]" not in body
    assert b"message_stop" not in body


@pytest.mark.parametrize("protocol", BY_ID["done-null-finish"].protocols)
def test_the_end_marker_comes_without_finish_reason(client, protocol):
    with staged(BY_ID["done-null-finish"], protocol) as stage:
        body = post(client, stage, protocol, stream=True).content
    assert not [mark for mark in FINISHES if mark in body]
    assert any(mark in body for mark in (b"data: [DONE]", b"message_stop", b'"done":true'))


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_after_the_end_the_connection_stays_open(protocol):
    with asked("done-then-open", protocol) as (sock, stage):
        assert stage.server is not None
        assert stage.server.reached.wait(5)
        raw = sock.recv(65536)
        assert is_silent(sock)
    assert text_of(protocol, dechunked(raw)) == TEXT
    assert not raw.endswith(LAST_CHUNK)


@pytest.mark.parametrize("protocol", EVERYWHERE)
@pytest.mark.parametrize(("name", "text"), [("", ""), (".after-text", TEXT)])
def test_an_error_comes_as_an_event(client, protocol, name, text):
    with staged(BY_ID[f"sse-error-event{name}"], protocol) as stage:
        body = post(client, stage, protocol, stream=True).content
    assert text_of(protocol, body) == text
    assert b"The engine caught fire" in body
    assert (b"event: error\n" in body) == (protocol in {"anthropic", "responses"})


def test_an_error_event_can_have_a_name(client):
    with staged(BY_ID["sse-error-event.named"], "openai") as stage:
        body = post(client, stage, stream=True).content
    assert b"event: error\ndata: {" in body
