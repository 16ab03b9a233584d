"""The server's own mark of the end is found wherever it stands, and in no text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.providers.litellm.end_mark import EndMark

MARKS = [
    b'{"choices":[{"delta":{},"finish_reason":"stop"}]}',
    b'{"candidates": [{"finishReason": "MAX_TOKENS"}]}',
    b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
    b'{"message":{"content":""},"done":true}',
    b'{"message":{"content":""},"done" : true}',
]
NO_MARKS = [
    b"",
    b'{"choices":[{"delta":{"content":"x"},"finish_reason":null}]}',
    b'{"message":{"content":"x"},"done":false}',
    b'{"type":"message_start","message":{"stop_reason":null}}',
    b"data: [DONE]",
]


def seen(*chunks):
    """Whether the mark is in `chunks`, which must be passed on unchanged."""
    mark = EndMark()
    assert tuple(mark.watch(iter(chunks))) == chunks
    return mark.seen


@pytest.mark.parametrize("text", MARKS)
def test_a_mark_is_found(text):
    assert seen(b"data: {}\n\n", text, b"more")


@pytest.mark.parametrize("text", MARKS)
def test_a_mark_is_found_though_it_comes_byte_by_byte(text):
    assert seen(*(bytes([byte]) for byte in text))


@pytest.mark.parametrize("text", NO_MARKS)
def test_what_is_no_mark_is_none(text):
    assert not seen(text)


@given(st.text() | st.sampled_from([text.decode() for text in MARKS]))
def test_no_text_of_a_model_is_taken_for_a_mark(text):
    assert not seen(json.dumps({"delta": {"content": text}}).encode())
    assert not seen(json.dumps({"content": text}, ensure_ascii=False).encode("utf-8", "replace"))
