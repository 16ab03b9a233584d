"""What decides the request: flags, then the profile."""

import pytest

from tests.cli.program import program


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
