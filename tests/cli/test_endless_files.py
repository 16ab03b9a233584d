"""No file that a user names is read for ever, whatever it is: ``endless-files`` of the faults."""

import os
from pathlib import Path

import pytest

from hello_llm.files import reading
from tests.cli.program import program

_SUITE = 'version = 1\n[[check]]\nname = "a"\nprompt = "hi"\nexpect = { contains = "hi" }\n'
_HUGE = 300 * 2**20

COMMANDS = {
    "a configuration file": "chat hi --config {}",
    "a configuration to look at": "config show --config {}",
    "a script": "chat hi --script {}",
    "a recording": "chat hi --replay {}",
    "a suite": "check {}",
    "a report": "check good.toml --rerun-failed {}",
    "a prompt file": "check prompt.toml",
    "a schema": "check schema.toml",
    "a script of a suite": "check script.toml",
    "a file to record to": "chat hi --record {}",
}
KINDS = ("/dev/zero", "/proc/self/mem", "pipe", "folder", "huge", "full")


@pytest.fixture(autouse=True)
def _files(monkeypatch):
    monkeypatch.setattr(reading, "_TIMEOUT_S", 0.05)
    os.mkfifo("pipe")
    Path("folder").mkdir()
    with Path("huge").open("wb") as file:
        file.truncate(_HUGE)
    Path("full").symlink_to("/dev/full")
    Path("good.toml").write_text(_SUITE, "utf-8")


def _write_suites(path):
    head, tail = _SUITE.split('prompt = "hi"')
    Path("prompt.toml").write_text(f'{head}prompt_file = "{path}"{tail}', "utf-8")
    Path("script.toml").write_text(f'{head}prompt = "hi"\nscript = "{path}"{tail}', "utf-8")
    schema = f'{{ json_schema = "{path}" }}'
    Path("schema.toml").write_text(_SUITE.replace('{ contains = "hi" }', schema), "utf-8")


@pytest.mark.in_process
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_no_file_of_a_bearable_size_is_refused_in_a_sentence(command, kind):
    _write_suites(kind)
    ended = program(*(word.format(kind) for word in command.split()))
    assert ended.code in {2, 13}, ended.stderr
    assert ended.stderr.startswith("error: ")
    assert kind in ended.stderr
    assert "Traceback" not in ended.stderr
