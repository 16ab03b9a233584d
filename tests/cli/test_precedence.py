"""What decides the request: flags, then the profile."""

import pytest

from hello_llm.contract import ExitCode
from tests.cli.program import program
from tests.servers import Script


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
    assert list(dict.fromkeys(event["event"] for event in ended.events)) == [
        "start",
        "delta",
        "end",
    ]
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
    assert list(dict.fromkeys(event["event"] for event in ended.events)) == [
        "start",
        "delta",
        "end",
    ]


LIMITS = """\
connect_timeout = 1
first_token_timeout = 2.5
idle_timeout = 0
timeout = 40
retries = 0
"""


def test_the_limits_of_a_profile_hold_unless_a_flag_beats_them(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(f"version = 1\n[defaults]\n{LIMITS}")
    command = ("chat", "hi", "--verbose", "--config", file)
    assert (
        ", connect 1 s, first token 2.5 s, idle 0 s, total 40 s, 0 retries\n"
        in program(*command).stderr
    )
    flags = (
        "--connect-timeout 0 --first-token-timeout 9 --idle-timeout 0.25 --timeout 7 --retries 3"
    )
    assert (
        ", connect 0 s, first token 9 s, idle 0.25 s, total 7 s, 3 retries\n"
        in program(*command, *flags.split()).stderr
    )


def test_the_fallbacks_of_a_flag_stand_in_for_those_of_the_profile(config, openai_server):
    with config.open("a") as file:
        file.write('fallback = ["openai/spare", "openai/last"]\nretries = 0\n')
    openai_server.play(Script(status=503))
    command = ("chat", "hi", "--config", config, "--profile", "ci")
    program(*command)
    program(*command, "--fallback", "openai/other")
    asked = [request.json()["model"] for request in openai_server.requests]
    assert asked == ["of-profile", "spare", "last", "of-profile", "other"]


def test_a_profile_can_take_a_cut_answer_for_broken(config, openai_server):
    openai_server.play(Script(finish="length"))
    command = ("chat", "hi", "--config", config, "--profile", "ci")
    assert program(*command).code == 0
    with config.open("a") as file:
        file.write("fail_on_length = true\n")
    assert program(*command).code == ExitCode.BROKEN_REPLY
