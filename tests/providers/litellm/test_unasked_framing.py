"""A reply in one piece where a stream was asked for, and bodies that are no reply at all."""

import json

import pytest

from hello_llm.providers.http.protocols.piece import NoReplyError, UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError, Framing
from tests.providers.http.test_response_tap import event, read

WHOLE_OPENAI = {
    "id": "1",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "hi", "tool_calls": [{"id": "c"}]},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4},
}


@pytest.mark.parametrize("lead", [b"", b"\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n\n"])
def test_a_whole_reply_in_place_of_a_stream_becomes_its_events(lead):
    body = lead + json.dumps(WHOLE_OPENAI, indent=1).encode()
    tap, passed = read(body[:5], body[5:])
    found = [json.loads(line[6:]) for line in passed.decode().strip().split("\n\n")]
    assert {chunk["object"] for chunk in found} == {"chat.completion.chunk"}
    assert found[0]["choices"][0]["delta"] == {
        "content": "hi",
        "tool_calls": [
            {"index": 0, "id": "c", "type": "function", "function": {"name": "", "arguments": ""}}
        ],
    }
    assert found[-1]["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert tap.answer.reason == "stop"


def test_a_whole_message_becomes_its_events():
    message = {
        "type": "message",
        "content": [
            {"type": "thinking", "thinking": "hm"},
            {"type": "text", "text": "hi"},
            {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "usage": {"output_tokens": 1},
    }
    _, passed = read(json.dumps(message).encode(), vendor="anthropic")
    found = passed.decode().strip().split("\n\n")
    values = [json.loads(line.removeprefix("data: ")) for line in found]
    assert [value["delta"] for value in values if value["type"] == "content_block_delta"] == [
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "text_delta", "text": "hi"},
        {"type": "input_json_delta", "partial_json": '{"a": 1}'},
    ]
    assert values[-2]["delta"]["stop_reason"] == "tool_use"
    assert values[-1]["type"] == "message_stop"


@pytest.mark.parametrize("framing", [Framing.EVENTS, Framing.WHOLE])
@pytest.mark.parametrize("body", [b"{", b"{]", b'{"a": '])
def test_half_a_document_is_no_answer(body, framing):
    with pytest.raises(UnreadableAnswerError, match="half of a JSON document"):
        read(body, framing=framing)


@pytest.mark.parametrize("body", [b"", b"   "])
def test_no_body_is_nothing(body):
    tap, passed = read(body)
    assert (passed, tap.complete) == (b"", False)


@pytest.mark.parametrize("framing", [Framing.EVENTS, Framing.WHOLE])
@pytest.mark.parametrize("value", [{"hello": [1]}, {"message": "hi", "data": 1}, {"text": "hi"}])
def test_an_object_of_another_shape_is_no_reply(value, framing):
    body = (
        event(value) + b"data: [DONE]\n\n"
        if framing is Framing.EVENTS
        else json.dumps(value).encode()
    )
    with pytest.raises((NoReplyError, ErrorInAnswerError)):
        read(body, framing=framing)
