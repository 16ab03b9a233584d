"""`--record` and `--replay`: the same bytes, the same exit code, no server and no secret."""

import json
import re
from pathlib import Path

import pytest

from hello_llm.recording import read_recording
from tests.cli.program import program
from tests.cli.shapes_of_keys import SHAPES, forms, leaked
from tests.servers import Script, ToolCall

FILE = Path("r.jsonl")
MODEL = ("--model", "openai/tiny")
FORMS = ["--stream", "--no-stream", "--json", "--stream --json", "--no-stream --output ndjson"]
SCRIPTS = {
    "complete": (Script(reasoning=("Hm",), tool_calls=(ToolCall("c", "add", ("{", "}")),)),),
    "retried": (Script(status=503), Script(status=429), Script()),
    "refused": (Script(status=401, error="no"),),
    "busy": (Script(status=503), Script(status=503), Script(status=503)),
    "broken": (Script(end="fin", delay_s=0.01),),
    "filtered": (Script(finish="content_filter"),),
    "long": (Script(finish="length"),),
    "late": (Script(end="stall"),),
}


def live(server, *flags):
    base = ("--provider", "litellm", "--api-base", f"{server.url}/v1")
    return program("chat", "hi", *base, *MODEL, "--record", FILE, *flags)


def replayed(*flags):
    return program("chat", "hi", "--provider", "mock", *MODEL, "--replay", FILE, *flags)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_replay_is_the_same_to_the_byte(openai_server, name, form):
    openai_server.play(*SCRIPTS[name])
    flags = [*form.split(), "--idle-timeout", "0.3", "--timeout", "4"]
    recorded = live(openai_server, *flags)
    openai_server.close()
    again = replayed(*flags)
    assert (again.code, again.stdout) == (recorded.code, recorded.stdout)
    assert again.stderr == recorded.stderr


def test_each_attempt_and_fallback_is_an_exchange_with_its_model(openai_server):
    openai_server.play(Script(status=503), Script(status=503), Script())
    flags = ("--fallback", "openai/b", "--retries", "1", "--json")
    recorded = live(openai_server, *flags)
    assert recorded.code == 0
    exchanges = read_recording(FILE)
    assert [(each.request.model, each.outcome) for each in exchanges] == [
        ("openai/tiny", "failed"),
        ("openai/tiny", "failed"),
        ("openai/b", "complete"),
    ]
    assert replayed(*flags).stdout == recorded.stdout


def test_no_form_of_a_key_is_recorded_and_the_request_is_found_again(openai_server, monkeypatch):
    for number, key in enumerate(SHAPES.values()):
        monkeypatch.setenv(f"VENDOR{number}_API_KEY", key)
    texts = [form for key in SHAPES.values() for form in forms(key).values()]
    prompt = " ".join(texts[:150])
    chunks = tuple(re.findall(r"(?s).{1,7}", " ".join(texts[::2])))
    thoughts = tuple(re.findall(r"(?s).{1,19}", " ".join(texts[1::2])))
    openai_server.play(
        *(Script(status=503, error=text, headers=(("Retry-After", "0"),)) for text in texts[::9]),
        Script(chunks=chunks, reasoning=thoughts),
    )
    flags = ("--retries", "100", "--stream", "--system", prompt, "--stop", texts[0])
    assert live(openai_server, *flags).code == 0
    assert leaked(FILE.read_text()) == set()
    assert replayed(*flags).code == 0


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        ("--replay r.jsonl --provider litellm", 2, "--replay answers in the place of a model"),
        ("--replay r.jsonl --record ./r.jsonl", 2, "--record and --replay name the same file"),
        ("--replay-timing none", 2, "--replay-timing belongs to a replay"),
        ("--replay r.jsonl --replay-timing soon", 2, "--replay-timing must be none or recorded"),
        ("--replay none", 2, "cannot read the recording none"),
        ("--record none/r", 13, "cannot record to none/r: No such file or directory"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(flags, code, message):
    program("chat", "hi", "--record", FILE)
    ended = program("chat", "hi", *flags.split())
    assert (ended.code, ended.stdout) == (code, b"")
    assert ended.stderr.startswith(f"error: {message}")


def test_a_prompt_that_was_edited_is_named():
    program("chat", "Say hello.", "--record", FILE)
    ended = program("chat", "Say hi.", "--replay", FILE)
    assert ended.code == 2
    assert ended.stderr.splitlines()[0] == (
        "error: the request is not in r.jsonl: the nearest, in line 1, differs in"
        ' messages[0].content: recorded "Say hello.", asked "Say hi."'
    )


def test_a_dry_run_records_nothing():
    assert program("chat", "hi", "--dry-run", "--record", FILE).code == 0
    assert not FILE.exists()


def test_a_line_says_its_version_and_is_json():
    program("chat", "hi", "--record", FILE)
    (line,) = FILE.read_text().splitlines()
    assert json.loads(line)["schema"] == "hello-llm.exchange/1"
