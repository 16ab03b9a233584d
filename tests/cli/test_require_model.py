"""The model that the server says answered: shown, recorded, and required by `--require-model`."""

import json
from pathlib import Path

import pytest

from tests.cli.program import program
from tests.servers import Script

BODY = {
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    ]
}
FILE = Path("r.jsonl")
SCRIPT = """\
version = 1
[[rule]]
name = "pinned"
contains = "pinned"
model_served = "tiny-2025-01-01"
text = "I am pinned."
[[rule]]
name = "nameless"
model_served = ""
optional = true
"""
SUITE = """\
version = 1
[defaults]
provider = "mock"
script = "s.toml"
[[check]]
name = "pinned"
prompt = "pinned"
expect.contains = "pinned"
"""


def asking(server, *flags):
    base = ("--provider", "litellm", "--api-base", f"{server.url}/v1", "--model", "openai/tiny")
    return program("chat", "hi", *base, *flags)


def naming(model):
    """What a server sends that says `model` answers."""
    return Script(body=json.dumps(BODY | {"model": model}).encode())


@pytest.mark.parametrize("pattern", ["tiny", "t?ny", "openai/tiny", "openai/*", "*"])
@pytest.mark.parametrize("form", ["--stream", "--no-stream"])
def test_a_model_that_matches_is_accepted(openai_server, form, pattern):
    ended = asking(openai_server, form, "--require-model", pattern)
    assert (ended.code, ended.text, ended.stderr) == (0, "Hello, world!\n", "")


@pytest.mark.parametrize("form", ["--stream", "--no-stream"])
def test_nothing_of_another_models_answer_is_shown(openai_server, form):
    ended = asking(openai_server, form, "--require-model", "Tiny")
    assert (ended.code, ended.text.replace("Hello, world!\n", "")) == (9, "")
    assert ended.stderr == (
        'error: the server says that another model answers: "tiny", but "Tiny" is required\n'
        "hint: accept it with --require-model tiny, or ask for the version that you need by its"
        " full name: --model VENDOR/NAME\n"
    )
    assert len(openai_server.requests) == 1


def test_the_last_event_names_the_model_that_broke_the_call(openai_server):
    ended = asking(openai_server, "--stream", "--json", "--require-model", "other")
    start, last = ended.events
    assert (start["event"], last["event"], last["model_served"]) == ("start", "error", "tiny")
    assert (last["error"]["code"], last["attempts"], last["text"]) == ("BROKEN_REPLY", 1, "")


@pytest.mark.parametrize("form", ["--stream", "--no-stream"])
def test_verbose_names_the_model(openai_server, form):
    assert (
        'note: the server says that "tiny" answered\n' in asking(openai_server, form, "-v").stderr
    )
    assert "says that" not in asking(openai_server, form).stderr


def test_verbose_says_that_no_model_was_named(openai_server):
    openai_server.play(naming(None))
    ended = asking(openai_server, "--no-stream", "-v")
    assert "note: the server does not say which model answered\n" in ended.stderr


def test_a_hostile_name_is_exact_in_json_and_inert_on_standard_error(openai_server):
    name = "\x1b]0;owned\x07\x1b[2J\n::error::x" + "y" * 10_000
    openai_server.play(naming(name))
    ended = asking(openai_server, "--no-stream", "--json", "-v")
    assert ended.document["model_served"] == name
    (line,) = (line for line in ended.stderr.splitlines() if "the server says" in line)
    assert line.isprintable()
    assert len(line) < 200


@pytest.mark.parametrize("flags", [["-v"], ["--require-model", "x"], ["--record", str(FILE)]])
def test_a_key_in_the_name_is_shown_nowhere(openai_server, flags, monkeypatch):
    key = "planted0key1without2shape"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    for name in (key, "y" * 50 + key):
        openai_server.play(naming(name))
        ended = asking(openai_server, "--no-stream", "--json", *flags)
        recorded = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
        assert ended.document["model_served"].endswith("[redacted]")
        assert key[:6] not in ended.text + ended.stderr + recorded


@pytest.mark.parametrize("form", ["--stream", "--no-stream"])
def test_a_recording_keeps_the_model_and_its_replay_is_held_to_it(openai_server, form):
    live = asking(openai_server, form, "--json", "--record", FILE)
    same = ("chat", "hi", "--model", "openai/tiny", "--replay", FILE, form, "--json")
    assert program(*same).stdout == live.stdout
    assert program(*same, "--require-model", "tiny").code == 0
    assert program(*same, "--require-model", "other").code == 9


def test_a_call_that_broke_over_its_model_is_replayed_to_the_byte(openai_server):
    flags = ("--stream", "--json", "--require-model", "other")
    live = asking(openai_server, *flags, "--record", FILE)
    again = program("chat", "hi", "--model", "openai/tiny", "--replay", FILE, *flags)
    assert (again.code, again.stdout, again.stderr) == (9, live.stdout, live.stderr)


def test_a_recording_of_an_earlier_version_names_no_model(openai_server):
    asking(openai_server, "--stream", "--record", FILE)
    exchange = json.loads(FILE.read_text(encoding="utf-8"))
    for key in ("model_served", "also_served"):
        del exchange["reply"][key]
    FILE.write_text(json.dumps(exchange) + "\n", encoding="utf-8")
    replay = ("chat", "hi", "--model", "openai/tiny", "--replay", FILE, "--stream")
    assert program(*replay, "--json").events[-1]["model_served"] is None
    refused = program(*replay, "--require-model", "tiny")
    assert (refused.code, refused.text) == (9, "")


@pytest.mark.parametrize("form", ["--stream", "--no-stream"])
@pytest.mark.parametrize(
    ("prompt", "pattern", "code"),
    [("pinned", "tiny-2025-*", 0), ("pinned", "tiny", 9), ("other", "*", 9)],
)
def test_a_script_says_which_model_answers(form, prompt, pattern, code):
    Path("s.toml").write_text(SCRIPT, encoding="utf-8")
    flags = ("--script", "s.toml", form, "--json", "--require-model", pattern)
    ended = program("chat", prompt, "--no-stdin", *flags)
    assert ended.code == code
    last = ended.events[-1] if form == "--stream" else ended.document
    assert last["model_served"] == ("tiny-2025-01-01" if prompt == "pinned" else None)


def test_the_mock_names_the_model_that_it_stands_in_for():
    flags = ("--provider", "mock", "--model", "openai/gpt-4o", "--json")
    assert program("chat", "hi", *flags).document["model_served"] == "gpt-4o"


def test_a_profile_pins_its_model():
    Path("c.toml").write_text(
        'version = 1\n[profiles.pinned]\nmodel = "mock/echo"\nrequire_model = "echo-2"\n',
        encoding="utf-8",
    )
    pinned = ("chat", "hi", "--config", "c.toml", "--profile", "pinned")
    assert program(*pinned).code == 9
    assert program(*pinned, "--require-model", "echo").code == 0


@pytest.mark.parametrize(
    ("line", "flags", "code"),
    [
        ("", [], 0),
        ('require_model = "tiny-2025-*"\n', [], 0),
        ('require_model = "tiny"\n', [], 9),
        ('require_model = "tiny"\n', ["--require-model", "mock/tiny-*"], 0),
        ('require_model = "tiny"\nexpect_error = "BROKEN_REPLY"\n', [], 0),
    ],
)
def test_a_suite_pins_the_model_of_its_checks(line, flags, code):
    Path("s.toml").write_text(SCRIPT, encoding="utf-8")
    suite = SUITE if "expect_error" not in line else SUITE.replace('expect.contains = "pinned"', "")
    Path("suite.toml").write_text(suite + line, encoding="utf-8")
    ended = program("check", "suite.toml", *flags, "--report", "json=out.json")
    attempt = json.loads(Path("out.json").read_text(encoding="utf-8"))["results"][0]["attempts"][0]
    assert ended.code == code, ended.stderr
    assert attempt["reply"]["model_served"] == "tiny-2025-01-01"
    if code:
        assert "--require-model tiny-2025-01-01" in ended.text


@pytest.mark.parametrize("pattern", ["", "  "])
def test_a_blank_pattern_is_a_mistake(pattern):
    ended = program("chat", "hi", "--require-model", pattern)
    assert ended.code == 2
    assert "--require-model must be a pattern such as gpt-4o-2024-*" in ended.stderr
