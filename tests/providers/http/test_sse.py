"""Frames come out the same however the bytes were split."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hello_llm.providers.http.sse import EventReader, Frame, JsonLinesReader

BOM = b"\xef\xbb\xbf"


def frames(reader, body, cuts=()):
    """The frames that `reader` finds in `body`, which comes in pieces cut at `cuts`."""
    edges = [0, *sorted({min(cut, len(body)) for cut in cuts}), len(body)]
    found = [frame for start, end in pairwise(edges) for frame in reader.feed(body[start:end])]
    return [*found, *reader.close()]


def events(body, cuts=()):
    return frames(EventReader(), body, cuts)


def lines(body, cuts=()):
    return frames(JsonLinesReader(), body, cuts)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_event_ends_with_a_blank_line_of_any_kind(end):
    body = b"data: one\n\nevent: x\ndata:two\n\n".replace(b"\n", end)
    assert events(body) == [Frame(b"one"), Frame(b"two", b"x")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", []),
        (b": a comment\n\n", []),
        (b"event: x\n\n", []),
        (b"data:\n\n", []),
        (b"id: 1\nretry: 5\nnonsense\ndata: x\n\n", [Frame(b"x")]),
        (b"data: a\ndata: b\n\n", [Frame(b"a\nb")]),
        (b"data: not ended", [Frame(b"not ended")]),
        (b"data: not ended\r", [Frame(b"not ended")]),
        (BOM + b"data: x\n\n", [Frame(b"x")]),
        (BOM + b"data: x", [Frame(b"x")]),
        (b"event: x\ndata: 1\n\ndata: 2\n\n", [Frame(b"1", b"x"), Frame(b"2")]),
        ("data: a\u2028b\x0bc\x85\n\n".encode(), [Frame("a\u2028b\x0bc\x85".encode())]),
    ],
)
def test_what_an_event_is(body, found):
    assert events(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", []),
        (b"\n \n\r\n", []),
        (b'{"a": 1}\n{"b": 2}', [Frame(b'{"a": 1}'), Frame(b'{"b": 2}')]),
        (b"{}\r\n[]\r\n", [Frame(b"{}"), Frame(b"[]")]),
        (BOM + b"{}\n", [Frame(b"{}")]),
        ("\u2028\x85\n".encode(), [Frame("\u2028\x85".encode())]),
    ],
)
def test_what_a_line_is(body, found):
    assert lines(body) == found


PIECES = [b"data: ", b"event: ", b": ", b"x", b"\n", b"\r\n", b"\r", b"\n\n", b"\xe2\x80\xa8", BOM]


@example(b"\rdata: x", [1])
@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), st.lists(st.integers(0, 90)))
def test_where_the_bytes_are_cut_changes_nothing(body, cuts):
    assert events(body, cuts) == events(body)
    assert lines(body, cuts) == lines(body)
