"""`--fallback`: another model answers where the first one is unavailable."""

import json

import pytest

from tests.cli.program import program
from tests.servers import Ollama, Script, ScriptedServer

BUSY = Script(status=503, error="try later")


def asking(server, *flags):
    base = f"{server.url}/v1"
    wire = ("--provider", "litellm", "--model", "openai/a", "--api-base", base)
    return program("chat", "hi", *wire, "--fallback", "openai/b", "--retries", "0", *flags)


def models(server):
    return [json.loads(request.body)["model"] for request in server.requests]


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_the_next_model_answers_and_the_document_names_it(openai_server, stream):
    openai_server.play(BUSY, Script())
    ended = asking(openai_server, stream, "--output", "json")
    document = ended.document
    assert (ended.code, document["ok"], document["model"]) == (0, True, "openai/b")
    assert (document["attempts"], document["text"]) == (2, "Hello, world!")
    assert models(openai_server) == ["a", "b"]
    assert ended.stderr == (
        f"note: attempt 1 failed (SERVER): 127.0.0.1:{openai_server.port} failed (503):"
        ' it says "try later"; asking openai/b now\n'
    )


def test_the_events_tell_the_story(openai_server):
    openai_server.play(BUSY, Script(chunks=("Hello",)))
    ended = asking(openai_server, "--stream", "--json", "--quiet")
    start, retry, delta, end = ended.events
    assert (start["event"], start["model"]) == ("start", "openai/a")
    assert retry == {
        "event": "retry",
        "attempt": 1,
        "code": "SERVER",
        "message": f'127.0.0.1:{openai_server.port} failed (503): it says "try later"',
        "delay_s": 0.0,
        "model": "openai/b",
    }
    assert (delta["text"], end["text"], end["model"], end["attempts"]) == (
        "Hello",
        "Hello",
        "openai/b",
        2,
    )
    assert ended.stderr == ""


def test_each_model_has_its_retries_and_the_last_failure_is_the_calls(openai_server):
    openai_server.play(BUSY, BUSY, Script(status=500), Script(status=429))
    ended = asking(openai_server, "--retries", "1", "--json")
    document = ended.document
    assert (ended.code, document["model"], document["attempts"]) == (5, "openai/b", 4)
    assert models(openai_server) == ["a", "a", "b", "b"]


def test_once_text_was_shown_no_other_model_is_asked(openai_server):
    openai_server.play(Script(chunks=("Hel",), end="rst"), Script())
    ended = asking(openai_server, "--stream")
    assert (ended.code, ended.stdout) == (9, b"Hel\n")
    assert models(openai_server) == ["a"]


def test_a_refused_key_is_no_reason_to_ask_another_model(openai_server):
    openai_server.play(Script(status=401), Script())
    assert asking(openai_server).code == 3
    assert models(openai_server) == ["a"]


@pytest.mark.in_process
def test_another_vendor_has_its_own_address(openai_server, monkeypatch):
    openai_server.play(BUSY)
    with ScriptedServer(Ollama()) as ollama:
        monkeypatch.setattr("hello_llm.providers.http.route.KEYLESS_BASES", {"ollama": ollama.url})
        base = f"{openai_server.url}/v1"
        wire = ("--provider", "litellm", "--model", "openai/a", "--api-base", base)
        flags = ("--fallback", "ollama/tiny", "--retries", "0", "--json", "--quiet")
        document = program("chat", "hi", *wire, *flags).document
    assert (document["model"], document["attempts"], document["ok"]) == ("ollama/tiny", 2, True)
    assert models(ollama) == ["tiny"]


def test_a_profile_names_fallbacks_too(openai_server, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(
        "version = 1\n[defaults]\n"
        'provider = "litellm"\nmodel = "openai/a"\nfallback = ["openai/b", "openai/c"]\n'
        f'api_base = "{openai_server.url}/v1"\nretries = 0\n'
    )
    openai_server.play(BUSY, BUSY, Script())
    document = program("chat", "hi", "--config", file, "--json", "--quiet").document
    assert (document["model"], document["attempts"]) == ("openai/c", 3)


@pytest.mark.parametrize("provider", ["mock", "litellm"])
def test_a_fallback_without_vendor_is_found_before_anything_is_sent(openai_server, provider):
    base = f"{openai_server.url}/v1"
    wire = ("--provider", provider, "--model", "openai/a", "--api-base", base)
    ended = program("chat", "hi", *wire, "--fallback", "gpt-4o-mini")
    assert (ended.code, openai_server.requests) == (2, [])
    assert ended.stderr == (
        "error: --fallback: model 'gpt-4o-mini' has no vendor prefix\n"
        "hint: --fallback openai/gpt-4o-mini\n"
    )
