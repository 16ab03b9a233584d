"""Anthropic's protocol, whole and streamed."""

from tests.servers.asking import RICH, chat, sse_data


def test_anthropic_answers_whole(client, anthropic_server):
    anthropic_server.play(RICH)
    assert chat(client, anthropic_server).json() == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "hmm", "signature": "c2lnbmVk"},
            {"type": "text", "text": "Grüß dich"},
            {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 1, "b": 2}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 9, "cache_read_input_tokens": 3},
    }


def test_anthropic_streams_blocks_between_message_start_and_stop(client, anthropic_server):
    anthropic_server.play(RICH)
    events = sse_data(chat(client, anthropic_server, stream=True).text)
    assert [event["type"] for event in events] == [
        "message_start",
        *("content_block_start", *["content_block_delta"] * 3, "content_block_stop"),
        *("content_block_start", *["content_block_delta"] * 2, "content_block_stop"),
        *("content_block_start", *["content_block_delta"] * 2, "content_block_stop"),
        "message_delta",
        "message_stop",
    ]
    assert [event["content_block"] for event in events if "content_block" in event] == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "text", "text": ""},
        {"type": "tool_use", "id": "call_1", "name": "add", "input": {}},
    ]
    assert [event["delta"] for event in events if event["type"] == "content_block_delta"] == [
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "thinking_delta", "thinking": "m"},
        {"type": "signature_delta", "signature": "c2lnbmVk"},
        {"type": "text_delta", "text": "Grüß"},
        {"type": "text_delta", "text": " dich"},
        {"type": "input_json_delta", "partial_json": '{"a": 1'},
        {"type": "input_json_delta", "partial_json": ', "b": 2}'},
    ]
    assert events[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert events[-2]["usage"] == {"output_tokens": 9}
