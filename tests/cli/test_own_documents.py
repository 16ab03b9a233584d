"""A command with a JSON document of its own reports in it how it failed."""

import json

import jsonschema
import pytest

from hello_llm.rendering.json.schemas import load_schema
from tests.cli.program import child, program, shell

SCHEMAS = {
    "batch rows.jsonl --out out.jsonl": "hello-llm.batch/1",
    "config show": "hello-llm.config/1",
    "config get model": "hello-llm.config-value/1",
    "doctor": "hello-llm.doctor/1",
    "models gpt-4o-mini": "hello-llm.models/1",
    "models show openai/gpt-4o-mini": "hello-llm.models/1",
    "spend": "hello-llm.spend/1",
    "spend reconcile": "hello-llm.spend-reconcile/1",
}
FAILURES = {
    "an unknown option": ("--bogus",),
    "an option without its value": ("--config",),
}
OF_SETTINGS = {
    "an unknown profile": ("-p", "no"),
    "a missing file": ("--config", "no.toml"),
    "an invalid file": ("--config", "invalid.toml"),
}
CASES = [
    *((command, FAILURES[name]) for command in SCHEMAS for name in FAILURES),
    *((command, flags) for command in list(SCHEMAS)[:3] for flags in OF_SETTINGS.values()),
]


@pytest.fixture(autouse=True)
def rows(tmp_path, monkeypatch):
    """The input of a batch, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text('{"prompt": "hi"}\n')


@pytest.mark.parametrize(("command", "flags"), CASES)
def test_a_failure_has_the_document_the_prose_and_the_exit_code_of_its_kind(
    tmp_path, command, flags
):
    (tmp_path / "invalid.toml").write_text("version = 1\nx = 1\n")

    ended = program(*command.split(), "--json", *flags)

    document = json.loads(ended.text)
    assert ended.text.count("\n") == 1
    assert (document["schema"], document["ok"]) == (SCHEMAS[command], False)
    assert (document["exit_code"], ended.code) == (2, 2)
    error = document["error"]
    assert error["code"] == "USAGE"
    assert ended.stderr == f"error: {error['message']}\nhint: {error['hint']}\n"


@pytest.mark.parametrize("command", SCHEMAS)
def test_a_failure_has_every_key_of_success(command):
    good = json.loads(program(*command.split(), "--json").text)
    bad = json.loads(program(*command.split(), "--json", "--bogus").text)

    assert bad.keys() == good.keys()
    told = ("schema", "ok", "exit_code", "error")
    assert not any(value for key, value in bad.items() if key not in told)


def test_the_document_of_doctor_keeps_to_its_schema():
    for flags in ((), ("--bogus",)):
        jsonschema.validate(
            json.loads(program("doctor", "--json", *flags).text), load_schema("doctor")
        )


def test_without_json_there_is_prose_only():
    assert program("config", "show", "-p", "no").text == ""
    assert program("config", "show", "-p", "no", "--", "--json").text == ""


def test_no_secret_is_in_the_document():
    ended = child("config", "get", "hunter2-hunter2", "--json", SOME_TOKEN="hunter2-hunter2")
    assert "hunter2" not in ended.text + ended.stderr
    assert json.loads(ended.text)["error"]["message"] == 'unknown key "[redacted]"'


def test_a_full_disk_is_reported_as_elsewhere():
    ended = shell('"$@" config show --json -p no >/dev/full')
    assert ended.code == 13
