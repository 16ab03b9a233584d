"""What decides the request: flags, then the profile; never the environment."""

import json
import os
import subprocess
import sys

import pytest

from tests.cli.program import program

HOSTILE = {
    **dict.fromkeys(
        """
        ANTHROPIC_API_BASE ANTHROPIC_BASE_URL AZURE_API_BASE LITELLM_PROXY_API_BASE OLLAMA_API_BASE
        OLLAMA_HOST OPENAI_API_BASE OPENAI_BASE_URL HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy
        https_proxy all_proxy
        """.split(),
        "http://127.0.0.1:9",
    ),
    "LITELLM_DROP_PARAMS": "true",
    "LITELLM_LOG": "DEBUG",
    "LITELLM_MODE": "DEV",
    "DISABLE_AIOHTTP_TRANSPORT": "True",
    "OPENAI_ORGANIZATION": "org-nonsense",
    "OPENAI_ORG_ID": "org-nonsense",
    "OPENAI_PROJECT_ID": "nonsense",
    "OPENAI_CUSTOM_HEADERS": "x-nonsense: 1",
    "OPENAI_LOG": "debug",
    "SSL_CERT_FILE": "/nonsense",
    "SSL_VERIFY": "False",
    "HELLO_LLM_MODEL": "openai/nonsense",
    "HELLO_LLM_PROVIDER": "mock",
}
DOTENV = "".join(f"{name}={value}\n" for name, value in HOSTILE.items()) + "OPENAI_API_KEY=sk-no\n"
ASK_TWICE = """
import sys
from hello_llm.cli.app import run
openai, ollama = sys.argv[1:]
for flags in (
    ["--model", "openai/tiny", "--api-base", openai, "--temperature", "0.5"],
    ["--model", "ollama/tiny", "--api-base", ollama, "--stream", "--seed", "3"],
):
    assert run(["chat", "hi", "--provider", "litellm", *flags]) == 0
"""


@pytest.fixture
def config(tmp_path, openai_server):
    file = tmp_path / "config.toml"
    file.write_text(f"""\
version = 1
[defaults]
temperature = 0.1
top_p = 0.9
[profiles.ci]
provider = "litellm"
model = "openai/of-profile"
api_base = "{openai_server.url}/v1"
stream = true
temperature = 0.2
system = "Be brief."
output = "ndjson"
""")
    return file


def body(server):
    return server.requests[-1].json()


def test_a_profile_reaches_the_wire(config, openai_server):
    ended = program("chat", "hi", "--config", config, "--profile", "ci")
    assert [event["event"] for event in ended.events] == ["start", *["delta"] * 4, "end"]
    assert body(openai_server) == {
        "model": "of-profile",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "hi"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.2,
        "top_p": 0.9,
    }


def test_a_flag_beats_the_profile(config, openai_server):
    flags = "--model openai/of-flag --no-stream --temperature 0.3 --output plain --system Hm."
    ended = program("chat", "hi", "--config", config, "--profile", "ci", *flags.split())
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"Hello, world!\n", "")
    assert body(openai_server) == {
        "model": "of-flag",
        "messages": [{"role": "system", "content": "Hm."}, {"role": "user", "content": "hi"}],
        "temperature": 0.3,
        "top_p": 0.9,
    }


def test_the_provider_of_a_flag_beats_the_profile(config, openai_server):
    flags = "--provider mock --no-stream --output plain"
    ended = program("chat", "hi", "--config", config, "--profile", "ci", *flags.split())
    assert (ended.code, ended.stdout) == (0, b"Hello! You said: hi\n")
    assert openai_server.connections == []


def test_json_with_a_profile_that_streams_gives_events(config):
    ended = program("chat", "hi", "--config", config, "--profile", "ci", "--json")
    assert [event["event"] for event in ended.events] == ["start", *["delta"] * 4, "end"]


def asked_under(openai_server, ollama_server, environ):
    """Every byte that both servers get under `environ`, but for the port."""
    before = len(openai_server.requests), len(ollama_server.requests)
    ended = subprocess.run(
        [sys.executable, "-c", ASK_TWICE, f"{openai_server.url}/v1", ollama_server.url],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environ,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "Hello, world!\n" * 2
    both = zip((openai_server, ollama_server), before, strict=True)
    return [request.raw for server, count in both for request in server.requests[count:]]


def test_no_environment_variable_and_no_dotenv_changes_a_byte(
    openai_server, ollama_server, tmp_path, monkeypatch
):
    clean = asked_under(openai_server, ollama_server, {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(DOTENV)
    assert asked_under(openai_server, ollama_server, HOSTILE) == clean
    assert [json.loads(raw.partition(b"\r\n\r\n")[2]) for raw in clean] == [
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "hi"}],
            "temperature": 0.5,
        },
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "hi", "images": []}],
            "options": {"seed": 3},
            "stream": True,
        },
    ]
