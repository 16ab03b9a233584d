"""Ollama's protocol, whole and streamed."""

import json

from tests.servers import Ollama, Script, ScriptedServer
from tests.servers.asking import RICH, chat


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
