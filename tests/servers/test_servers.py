"""The scripted servers speak each protocol, keep every byte, and end connections as told."""

import json
import socket
import subprocess
import sys

import httpx
import pytest

from tests.servers import Anthropic, Ollama, OpenAI, Script, ScriptedServer, Tokens, ToolCall

ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
RICH = Script(
    chunks=("Grüß", " dich"),
    reasoning=("hm", "m"),
    tool_calls=(ToolCall("call_1", "add", ('{"a": 1', ', "b": 2}')),),
    finish="tool_calls",
    usage=Tokens(prompt=7, completion=9, cached=3, reasoning=2),
)


@pytest.fixture
def client():
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def chat(client, server, **more):
    return client.post(server.url + server.dialect.path, json=ASKED | more)


def sse_data(text):
    return [
        json.loads(line.removeprefix("data: "))
        for line in text.splitlines()
        if line.startswith("data: {")
    ]


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


def test_ollama_streams_unless_told_otherwise(client, ollama_server):
    ollama_server.play(RICH)
    response = chat(client, ollama_server)
    assert response.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in response.text.splitlines()]
    call = {"id": "call_1", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}}
    assert [line["message"] for line in lines] == [
        {"role": "assistant", "content": "", "thinking": "hm"},
        {"role": "assistant", "content": "", "thinking": "m"},
        {"role": "assistant", "content": "Grüß"},
        {"role": "assistant", "content": " dich"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "assistant", "content": ""},
    ]
    assert [line["done"] for line in lines] == [False] * 5 + [True]
    assert lines[-1] == {
        "model": "m",
        "created_at": "2026-01-01T00:00:00.000000Z",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "total_duration": 5_000_000,
        "load_duration": 1_000_000,
        "prompt_eval_count": 7,
        "prompt_eval_duration": 1_000_000,
        "eval_count": 9,
        "eval_duration": 3_000_000,
    }


def test_ollama_answers_whole(client, ollama_server):
    ollama_server.play(Script(chunks=("a", "b"), finish="length"))
    reply = chat(client, ollama_server, stream=False).json()
    assert reply["message"] == {"role": "assistant", "content": "ab"}
    assert (reply["done"], reply["done_reason"]) == (True, "length")


def test_ollama_refuses_a_model_that_is_not_pulled(client):
    with ScriptedServer(Ollama(models=frozenset({"other"}))) as server:
        response = chat(client, server)
        assert response.status_code == 404
        assert response.json() == {"error": "model 'm' not found"}


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


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (
            OpenAI(),
            {
                "error": {
                    "message": "no",
                    "type": "authentication_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        (Ollama(), {"error": "no"}),
        (
            Anthropic(),
            {"type": "error", "error": {"type": "authentication_error", "message": "no"}},
        ),
    ],
)
def test_an_error_has_the_vendors_own_shape(client, dialect, body):
    script = Script(status=401, error="no", headers=(("Retry-After", "1"),))
    with ScriptedServer(dialect, script) as server:
        response = chat(client, server)
    assert (response.status_code, response.headers["retry-after"]) == (401, "1")
    assert response.json() == body


def test_a_scripted_body_is_sent_as_it_stands(client, openai_server):
    openai_server.play(Script(body=b"<p>hi", headers=(("Content-Type", "text/html"),)))
    response = chat(client, openai_server, stream=True)
    assert (response.status_code, response.text) == (200, "<p>hi")
    assert response.headers.get_list("content-type") == ["text/html"]


def test_scripts_follow_one_another_and_the_last_stays(client, openai_server):
    openai_server.play(Script(status=429), Script())
    statuses = [chat(client, openai_server).status_code for _ in range(3)]
    assert statuses == [429, 200, 200]


def test_another_path_is_not_found_and_uses_up_no_script(client, ollama_server):
    ollama_server.play(Script(chunks=("first",)), Script(chunks=("second",)))
    assert client.post(f"{ollama_server.url}/api/show", json={}).status_code == 404
    assert chat(client, ollama_server, stream=False).json()["message"]["content"] == "first"
    assert [request.path for request in ollama_server.requests] == ["/api/show", "/api/chat"]


def test_every_byte_of_a_request_is_kept(openai_server):
    raw = b"POST /v1/chat/completions HTTP/1.1\r\nhOsT:  x\r\nContent-Length: 4\r\n\r\n{ \xff}"
    with socket.create_connection(("127.0.0.1", openai_server.port), timeout=5) as sock:
        sock.sendall(raw[:30])
        sock.sendall(raw[30:])
        assert sock.recv(12) == b"HTTP/1.1 200"
    (request,) = openai_server.requests
    assert request.raw == raw
    assert (request.method, request.headers) == ("POST", {"host": "x", "content-length": "4"})


def test_requests_over_one_connection_are_kept_with_it(client, openai_server):
    chat(client, openai_server)
    chat(client, openai_server)
    (connection,) = openai_server.connections
    assert connection.requests == openai_server.requests
    assert len(connection.requests) == 2


def test_the_moment_the_client_leaves_in_mid_stream_is_noted(client, openai_server):
    openai_server.play(Script(end="stall"))
    url = openai_server.url + openai_server.dialect.path
    with client.stream("POST", url, json=ASKED | {"stream": True}) as response:
        lines = response.iter_lines()
        next(lines)
        (connection,) = openai_server.connections
        assert connection.closed_at is None
    assert connection.wait_closed(5)
    assert connection.closed_at is not None


def test_a_pause_between_chunks_ends_when_the_client_leaves(client, openai_server):
    openai_server.play(Script(delay_s=3600))
    url = openai_server.url + openai_server.dialect.path
    with client.stream("POST", url, json=ASKED | {"stream": True}) as response:
        lines = response.iter_lines()
        next(lines)
    assert openai_server.connections[0].wait_closed(5)


@pytest.mark.parametrize(
    ("end", "error"), [("fin", httpx.RemoteProtocolError), ("rst", httpx.ReadError)]
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_connection_is_cut_inside_the_body(client, openai_server, end, error, stream):
    openai_server.play(Script(end=end))
    with pytest.raises(error):
        chat(client, openai_server, stream=stream)


@pytest.mark.parametrize(
    ("dialect", "first_closing"),
    [
        (OpenAI(), b'"finish_reason":"stop"'),
        (Ollama(), b'"done":true'),
        (Anthropic(), b"event: content_block_stop"),
    ],
)
def test_a_cut_stream_holds_every_piece_and_no_closing_frame(dialect, first_closing):
    whole = b"".join(dialect.frames(Script(), ASKED))
    cut = b"".join(dialect.frames(Script(end="fin"), ASKED))
    assert whole.startswith(cut)
    assert b'"!"' in cut
    assert first_closing not in cut
    assert first_closing in whole


def test_closing_the_server_ends_a_stalled_reply():
    server = ScriptedServer(OpenAI(), Script(end="stall"))
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        head = f"POST {server.dialect.path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}"
        sock.sendall(head.encode())
        assert sock.recv(8) == b"HTTP/1.1"
        server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    assert server.connections[0].closed_at is None


def test_a_server_runs_by_hand(client, pytestconfig):
    command = [sys.executable, "-m", "tests.servers", "openai", "--text", "a b", "--delay", "0"]
    with subprocess.Popen(
        command, cwd=pytestconfig.rootpath, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        reply = client.post(url, json=ASKED).json()
        process.terminate()
    assert reply["choices"][0]["message"]["content"] == "a b"
