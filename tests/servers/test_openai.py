"""OpenAI's protocol, whole and streamed."""

from tests.servers import Script
from tests.servers.asking import RICH, chat, sse_data


def test_openai_answers_whole(client, openai_server):
    openai_server.play(RICH)
    response = chat(client, openai_server)
    assert response.headers["x-request-id"] == "req_openai_1"
    assert response.json() == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "m",
        "system_fingerprint": "fp_script",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Grüß dich",
                    "reasoning_content": "hmm",
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "add", "arguments": '{"a": 1, "b": 2}'},
                        }
                    ],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 7,
            "completion_tokens": 9,
            "total_tokens": 16,
            "prompt_tokens_details": {"cached_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
    }


def test_openai_streams_deltas_finish_usage_and_done(client, openai_server):
    openai_server.play(RICH)
    text = chat(client, openai_server, stream=True, stream_options={"include_usage": True}).text
    events = sse_data(text)
    assert [event["choices"][0]["delta"] for event in events[:-1]] == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "hm"},
        {"reasoning_content": "m"},
        {"content": "Grüß"},
        {"content": " dich"},
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "add", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ', "b": 2}'}}]},
        {},
    ]
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["total_tokens"] == 16
    assert text.endswith("\n\ndata: [DONE]\n\n")


def test_openai_streams_no_usage_unless_asked(client, openai_server):
    events = sse_data(chat(client, openai_server, stream=True).text)
    assert all("usage" not in event for event in events)


def test_openai_leaves_out_finish_usage_and_done_as_scripted(client, openai_server):
    openai_server.play(Script(chunks=("a",), finish=None, usage=None, done=False))
    text = chat(client, openai_server, stream=True, stream_options={"include_usage": True}).text
    assert [event["choices"][0]["delta"] for event in sse_data(text)] == [
        {"role": "assistant", "content": ""},
        {"content": "a"},
    ]
    assert "[DONE]" not in text
