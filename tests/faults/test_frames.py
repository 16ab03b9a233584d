"""Frames are odd, hostile or cut as the names say, and hold the text that is expected."""

import json

import pytest

from tests.faults import content, frames
from tests.faults.asking import asked, post, read_until, text_of
from tests.faults.catalogue import BY_ID
from tests.faults.fault import KEY
from tests.faults.stage import staged


def body_of(client, name, protocol, *, stream=True):
    """Return the body that the fault `name` sends."""
    with staged(BY_ID[name], protocol) as stage:
        return post(client, stage, protocol, stream=stream).content


EXACT = [
    fault
    for fault in (*frames.FAULTS, *content.FAULTS)
    if fault.name not in {"stream-ignored", "refusal", "sse-garbage", "ansi-in-error"}
]


@pytest.mark.parametrize(
    ("fault", "protocol"), [(fault, name) for fault in EXACT for name in fault.protocols]
)
def test_the_text_is_what_the_program_must_keep(client, fault, protocol):
    body = body_of(client, fault.id, protocol)
    assert (text_of(protocol, body),) == fault.outcome_for(protocol).kept


def test_every_byte_has_a_segment_of_its_own():
    with asked("sse-split") as (sock, _):
        raw = read_until(sock, b"\r\n0\r\n\r\n")
    _, _, chunks = raw.partition(b"\r\n\r\n")
    assert chunks.startswith(b"1\r\n\xef\r\n1\r\n\xbb\r\n1\r\n\xbf\r\n1\r\nd\r\n")


def test_lines_end_with_crlf_and_comments_stand_between_events(client):
    body = body_of(client, "sse-split", "gemini")
    assert body.count(b"\n") == body.count(b"\r\n") > 5
    assert body.count(b"\r\n\r\n: still here\r\n\r\ndata: ") == 5


@pytest.mark.parametrize("protocol", BY_ID["sse-garbage"].protocols)
def test_one_line_is_bad_among_good_ones(client, protocol):
    lines = [
        line.removeprefix(b"data: ")
        for line in body_of(client, "sse-garbage", protocol).splitlines()
        if b"{" in line
    ]
    bad = []
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            bad.append(line[-2:])
    assert bad == [b"wo"]
    assert b'"Hello, "' in b"".join(lines)
    assert b'"!"' in b"".join(lines)


def test_odd_frames_hold_a_second_choice_and_deltas_without_text(client):
    body = body_of(client, "odd-frames", "openai")
    assert body.count(b'"index":1,"delta":{"content":"another"}') == 5
    assert b'"delta":{}' in body
    assert b'"content":null' in body
    assert b"event: ping" in body_of(client, "odd-frames", "anthropic")


@pytest.mark.parametrize("protocol", BY_ID["stream-ignored"].protocols)
def test_a_whole_reply_comes_though_a_stream_was_asked_for(client, protocol):
    body = body_of(client, "stream-ignored", protocol)
    assert body == body_of(client, "stream-ignored", protocol, stream=False)
    assert b"Hello, world!" in body


@pytest.mark.parametrize("stream", [True, False])
def test_each_vendor_declines_in_its_own_way(client, stream):
    bodies = {
        name: body_of(client, "refusal", name, stream=stream) for name in BY_ID["refusal"].protocols
    }
    assert b'"refusal":"I can\'t ' in bodies["openai"]
    assert b'"stop_reason":"refusal"' in bodies["anthropic"]
    assert b'"blockReason":"PROHIBITED_CONTENT"' in bodies["gemini"]


@pytest.mark.parametrize("protocol", BY_ID["tool-args-cut"].protocols)
def test_the_arguments_of_a_tool_call_break_off_before_a_proper_end(client, protocol):
    body = body_of(client, "tool-args-cut", protocol)
    assert b'{\\"city\\": \\"Par"' in body
    assert b'is\\"}' not in body
    assert any(mark in body for mark in (b"[DONE]", b"message_stop", b"response.completed"))


@pytest.mark.parametrize("stream", [True, False])
def test_half_a_surrogate_pair_is_on_the_wire(client, stream):
    body = body_of(client, "nul-and-bidi", "openai", stream=stream)
    assert b"half \\ud800 end" in body


@pytest.mark.parametrize("protocol", BY_ID["ansi-in-error"].protocols)
def test_an_error_holds_the_key_and_escape_sequences(client, protocol):
    said = body_of(client, "ansi-in-error", protocol)
    assert json.dumps(KEY)[1:-1].encode() in said
    assert b"\\u001b[2J" in said
