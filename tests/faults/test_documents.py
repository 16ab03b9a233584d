"""What a program wrote is read in each form, and what is wrong with the form is said."""

import json

import pytest

from tests.faults.documents import Answer, printed, read_answer

DOCUMENT = {"text": "ab", "ok": True}


def lines(*events):
    """Return events as a program writes them."""
    return "".join(json.dumps(event) + "\n" for event in events).encode()


START, END = {"event": "start"}, {"event": "end", **DOCUMENT}
DELTAS = [{"event": "delta", "text": "a"}, {"event": "delta", "text": "b"}]


def test_each_form_is_read():
    assert read_answer("stream", b"ab\n") == Answer("ab\n", None)
    assert read_answer("whole", json.dumps(DOCUMENT).encode()) == Answer("ab", DOCUMENT)
    retry = {"event": "retry"}
    events = lines(START, retry, *DELTAS, END)
    assert read_answer("ndjson", events) == Answer("ab", END, retries=1)


@pytest.mark.parametrize(
    ("stdout", "trouble"),
    [
        (lines(*DELTAS, END), "the first event is not start"),
        (lines(START, *DELTAS), "the last event is neither end nor error"),
        (lines(START, *DELTAS, END, END), "there is more than one start or end"),
        (lines(START, END), "the deltas joined are not the text of the document"),
        (b"{", "stdout is not ndjson: "),
        (b"7", "stdout is not ndjson: "),
        (lines(START, {"event": "end"}), "stdout is not ndjson: KeyError('text')"),
    ],
)
def test_a_broken_form_is_found(stdout, trouble):
    (found,) = read_answer("ndjson", stdout).trouble
    assert found.startswith(trouble)


def test_bytes_that_are_no_text_are_found():
    assert read_answer("stream", b"\xff").trouble[0].startswith("stdout is not stream: ")


@pytest.mark.parametrize(
    ("text", "ok", "shown"),
    [
        ("a", True, "a\n"),
        ("a\n", True, "a\n"),
        ("", True, "\n"),
        ("", False, ""),
        ("a", False, "a\n"),
    ],
)
def test_a_pipe_gets_the_text_and_one_line_break(text, ok, shown):
    assert printed(text, ok=ok) == shown


def test_half_a_character_is_replaced_in_a_pipe():
    assert printed("a\ud800b", ok=True) == "a\ufffdb\n"
