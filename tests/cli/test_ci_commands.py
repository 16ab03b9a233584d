"""Nothing from elsewhere is a command in a CI log: ``actions-commands`` of the faults."""

import json
from pathlib import Path

import pytest

from tests.cli.check.suites import on
from tests.cli.ci_logs import HOSTILE, obeyed
from tests.cli.program import program
from tests.servers import Script

OURS = ("::error file=", "::warning file=")
"""How the annotations begin that the report for GitHub is made of."""


_NOWHERE = ("--provider", "litellm", "--api-base", "http://127.0.0.1:9/v1", "--retries", "0")


@pytest.fixture(params=["an answer", "an error"])
def hostile_server(request, openai_server):
    script = (
        Script(chunks=(HOSTILE,))
        if request.param == "an answer"
        else Script(status=400, error=HOSTILE)
    )
    openai_server.play(script, script)
    return openai_server


def _suite():
    name = json.dumps(HOSTILE)
    Path("suite.toml").write_text(
        f"version = 1\n[[check]]\nname = {name}\nprompt = {name}\n"
        f'expect = {{ equals = {name[:-1]}!" }}\n[[check]]\nname = "::error::b ##[x]"\n'
        f'prompt = {name}\nexpect = {{ regex = "^##.x" }}\n',
        "utf-8",
    )


@pytest.mark.in_process
@pytest.mark.parametrize(
    "flags",
    [
        "",
        "--verbose",
        "--list",
        "--dry-run",
        *(f"--report {kind}=-" for kind in ("junit", "json", "tap", "md", "github")),
    ],
)
def test_nothing_that_check_prints_is_a_command(hostile_server, flags):
    _suite()
    ended = program("check", "suite.toml", *on(hostile_server, *flags.split()))
    assert "add-mask" in ended.text + ended.stderr
    lines = obeyed(ended.text) + obeyed(ended.stderr)
    assert [line for line in lines if not line.startswith(OURS)] == []


@pytest.mark.parametrize("form", ["--json", "--stream --json", "--stream", "--output rich"])
def test_no_error_and_no_document_of_chat_is_a_command(openai_server, form):
    openai_server.play(Script(status=400, error=HOSTILE))
    ended = program("chat", "hi", *on(openai_server, *form.split()))
    assert "add-mask" in ended.stderr
    assert obeyed(ended.text + ended.stderr) == []


@pytest.mark.parametrize("form", ["--output plain", "--json"])
def test_nothing_that_a_dry_run_prints_is_a_command(form):
    ended = program("chat", HOSTILE, "--dry-run", "--system", HOSTILE, *form.split())
    assert "add-mask" in ended.text
    assert obeyed(ended.text) == []
    if form == "--json":
        assert json.loads(ended.text)["request"]["messages"][-1]["content"] == HOSTILE


def test_an_answer_in_json_is_no_command_and_exact(openai_server):
    openai_server.play(Script(chunks=(HOSTILE,)))
    ended = program("chat", "hi", *on(openai_server, "--json"))
    assert json.loads(ended.text)["text"] == HOSTILE
    assert obeyed(ended.text + ended.stderr) == []


def test_an_answer_in_a_pipe_is_exact(openai_server):
    openai_server.play(Script(chunks=(HOSTILE,)))
    ended = program("chat", "hi", *on(openai_server, "--output", "plain"))
    assert ended.stdout == f"{HOSTILE}\n".encode()


@pytest.mark.parametrize("command", ["chat hi", "doctor", "doctor --json"])
def test_the_name_of_a_model_is_no_command(command):
    for model in ("::error::x", "openai/##[add-mask]x", "mock/::stop-commands::q"):
        ended = program(*command.split(), "--model", model, *_NOWHERE)
        assert obeyed(ended.text + ended.stderr) == []
