"""`--dry-run`: what would be sent and why, without sending it and without the key."""

import json
from pathlib import Path

import pytest

from hello_llm.calls.opening import LOCAL_MAX_TOKENS
from hello_llm.settings.fields import FIELDS
from tests.cli.program import program, shell

KEY = "sk-proj-Zm9vYmFyYmF6cXV4"
BODY = {"model": "tiny", "messages": [{"role": "user", "content": "hi"}]}


def shown(*arguments):
    ended = program("chat", "hi", "--dry-run", "--json", *arguments)
    assert (ended.code, ended.stderr) == (0, "")
    line, end = ended.text.split("\n")
    assert end == ""
    document = json.loads(line)
    assert list(document) == ["schema", "request", "cost", "settings"]
    assert document["schema"] == "hello-llm.dry-run/1"
    assert list(document["settings"]) == list(FIELDS)
    return document


def litellm(model, *arguments):
    return shown("--provider", "litellm", "--model", model, *arguments)["request"]


def test_the_mock_gets_the_request_of_the_contract():
    assert shown("--system", "Be brief.", "--seed", "3")["request"] == {
        "provider": "mock",
        "messages": [
            {"role": "system", "content": "Be brief.", "tool_calls": [], "tool_call_id": None},
            {"role": "user", "content": "hi", "tool_calls": [], "tool_call_id": None},
        ],
        "model": "mock/echo",
        "params": {
            "temperature": None,
            "top_p": None,
            "max_tokens": None,
            "seed": 3,
            "stop": [],
        },
    }


@pytest.mark.parametrize("stream", [False, True])
def test_an_openai_request_is_shown_as_it_would_be_sent(openai_server, stream):
    base = f"{openai_server.url}/v1"
    flags = ["--api-base", base, "--stream" if stream else "--no-stream"]
    request = litellm("openai/tiny", *flags)
    assert openai_server.requests == []
    program("chat", "hi", "--provider", "litellm", "--model", "openai/tiny", *flags)
    (sent,) = openai_server.requests
    assert (request["method"], request["url"]) == ("POST", f"{base}/chat/completions")
    assert (request["body"], request["headers"]) == (sent.json(), sent.headers)


def test_an_ollama_request_goes_to_the_chat_endpoint(ollama_server):
    request = litellm("ollama/tiny", "--api-base", ollama_server.url)
    assert request["url"] == f"{ollama_server.url}/api/chat"
    assert request["body"] == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "hi", "images": []}],
        "options": {},
        "stream": False,
    }
    assert ollama_server.connections == []


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai/tiny", "OPENAI_API_KEY"),
        ("anthropic/tiny", "ANTHROPIC_API_KEY"),
        ("gemini/tiny", "GEMINI_API_KEY"),
    ],
)
def test_the_key_is_redacted_wherever_the_vendor_wants_it(monkeypatch, model, variable):
    monkeypatch.setenv(variable, KEY)
    request = litellm(model)
    assert "[redacted]" in request["headers"].values()
    assert KEY not in json.dumps(request)


def test_a_key_in_a_variable_of_any_name_is_redacted(monkeypatch):
    monkeypatch.setenv("CREDS", "open sesame")
    request = litellm("openai/tiny", "--api-key-env", "CREDS")
    assert request["headers"]["authorization"] == "[redacted]"


def test_a_local_model_is_not_started():
    request = litellm("local/smollm2")
    assert request["url"] == "http://127.0.0.1/v1/chat/completions"
    assert request["body"] == BODY | {"model": "smollm2", "max_tokens": LOCAL_MAX_TOKENS}


def test_a_limit_of_ones_own_holds_for_a_local_model():
    request = litellm("local/smollm2", "--max-tokens", "9")
    assert request["body"]["max_tokens"] == 9


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ("--model gpt-4o-mini", 2),
        ("--provider litellm --model openai/tiny", 3),
        ("--provider litellm --model local/nope", 2),
        ("--provider litellm --model local/smollm2 --api-base http://127.0.0.1:9", 2),
    ],
)
def test_a_call_that_would_be_refused_is_refused_in_the_same_words(flags, code):
    dry, wet = (program("chat", "hi", *flags.split(), *dry) for dry in (["--dry-run"], []))
    assert (dry.code, dry.stdout, dry.stderr) == (wet.code, wet.stdout, wet.stderr)
    assert dry.code == code


def test_each_setting_is_shown_with_its_origin(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[defaults]\nseed = 1\n[profiles.ci]\nstop = ["END"]\n')
    settings = shown("--config", file, "--profile", "ci", "--temperature", "0.5")["settings"]
    assert settings["seed"] == {"value": 1, "origin": f"[defaults] ({file}:3)"}
    assert settings["stop"] == {"value": ["END"], "origin": f"profile ci ({file}:5)"}
    assert settings["temperature"] == {"value": 0.5, "origin": "flag --temperature"}
    assert settings["output"] == {"value": "json", "origin": "flag --output"}
    assert settings["top_p"] == {"value": None, "origin": "built-in"}


def test_the_plain_form_is_the_request_then_the_settings(openai_server):
    base = f"{openai_server.url}/v1"
    flags = ["--provider", "litellm", "--model", "openai/tiny", "--api-base", base]
    ended = program("chat", "hi", "--dry-run", *flags)
    assert (ended.code, ended.stderr) == (0, "")
    head, body, cost, settings = ended.text.split("\n\n")
    assert cost.startswith("cost: unknown: neither the price list nor the configuration")
    line, *headers = head.splitlines()
    assert line == f"POST {base}/chat/completions"
    assert f"host: 127.0.0.1:{openai_server.port}" in headers
    assert json.loads(body) == BODY
    assert settings.splitlines()[:5] == [
        'provider             "litellm"  (flag --provider)',
        'model                "openai/tiny"  (flag --model)',
        "fallback             []  (built-in)",
        "require_model        null  (built-in)",
        f'api_base             "{base}"  (flag --api-base)',
    ]
    assert len(settings.splitlines()) == len(FIELDS)


def test_without_a_prompt_the_greeting_is_shown():
    ended = program("chat", "--dry-run", "--json")
    assert json.loads(ended.stdout)["request"]["messages"][0]["content"] == "hello world"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_a_full_disk_is_told_of_as_what_it_is():
    ended = shell('"$@" chat hi --dry-run >/dev/full')
    assert (ended.code, ended.stderr.splitlines()[0]) == (
        13,
        "error: cannot write to standard output: No space left on device",
    )
