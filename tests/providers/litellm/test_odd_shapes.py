"""Answers of an odd shape: read where they can be, and never called complete where not."""

import pytest

from hello_llm.contract import BrokenReplyError, LLMReply
from hello_llm.providers.factory import get_provider
from tests.providers.subjects import answering, at, outcome

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def test_the_only_choice_of_a_stream_needs_no_number():
    frames = b'data: {"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}\n\n'
    with answering(SSE + frames) as port:
        reply = outcome(at("openai", f"http://127.0.0.1:{port}/v1"), stream=True)
    assert isinstance(reply, LLMReply)
    assert reply.text == "Hello"


@pytest.mark.parametrize("message", [b"", b'"message": null, ', b'"message": "hi", '])
def test_a_whole_reply_without_a_message_is_none_in_place_of_a_stream_either(message):
    body = b'{"choices": [{%s"finish_reason": "stop"}]}' % message
    with answering(SSE + body) as port:
        error = outcome(at("openai", f"http://127.0.0.1:{port}/v1"), stream=True)
    assert type(error) is BrokenReplyError


HEL = {
    "openai": '{"choices": [{"index": 0, "delta": {"content": "Hel"}}]}',
    "gemini": '{"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]}',
    "ollama": '{"model": "m", "message": {"role": "assistant", "content": "Hel"}, "done": false}',
}


@pytest.mark.parametrize(
    ("protocol", "last", "what"),
    [
        (
            "openai",
            '{"choices": [{"index": 0, "delta": {"content": 5}, "finish_reason": "stop"}]}',
            "a number where text belongs",
        ),
        (
            "openai",
            '{"choices": [{"index": 0, "delta": "lo", "finish_reason": "stop"}]}',
            "a text as its delta",
        ),
        (
            "gemini",
            '{"candidates": [{"content": {"parts": 5}, "finishReason": "STOP"}]}',
            "a number as its parts",
        ),
        (
            "ollama",
            '{"model": "m", "message": "lo", "done": true, "done_reason": "stop"}',
            "a text as its message",
        ),
    ],
)
def test_a_last_piece_that_cannot_be_read_is_no_end_however_it_calls_itself(protocol, last, what):
    lines = protocol == "ollama"
    frames = [frame if lines else f"data: {frame}\n" for frame in (HEL[protocol], last)]
    kind = "application/x-ndjson" if lines else "text/event-stream"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
    with answering((head + "".join(f"{frame}\n" for frame in frames)).encode()) as port:
        base = f"http://127.0.0.1:{port}"
        error = outcome(get_provider("litellm", model=f"{protocol}/m", api_base=base), stream=True)
    assert type(error) is BrokenReplyError
    assert error.message == f"127.0.0.1:{port} sent {what} in the middle of a reply"
    assert error.partial is not None
    assert (error.partial.text, error.partial.complete) == ("Hel", False)
