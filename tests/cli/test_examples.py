"""The examples in the help of every command: each is run as it stands, by a shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hello_llm.cli.examples import EXAMPLES
from hello_llm.contract import ExitCode
from tests.architecture.sources import ROOT

# What would ask a vendor shows instead what it would ask, and a diagnosis finds no server.
_PROGRAM = """#!/bin/sh
case "$*" in
    (chat*" -m "*|check*" -m "*) set -- "$@" --dry-run ;;
    (serve*) set -- "$@" --port 0 ;;
    (doctor*" -m "*) set -- "$@" --api-base http://127.0.0.1:1 ;;
esac
exec {python} -m hello_llm "$@"
"""
_CONFIGURATION = """version = 1

[profiles.home]
stream = true

[profiles.work]
provider = "mock"
timeout = "5m"
"""
_LINES = {example.line for examples in EXAMPLES.values() for example in examples}
_STARTS = {line for line in _LINES if "warm start" in line}
_SERVERS = {line for line in _LINES if "llm serve" in line}
_EXITS = {
    "hello-llm doctor -m ollama/qwen2.5:0.5b": ExitCode.UNREACHABLE,
    "hello-llm warm status": ExitCode.CHECK_FAILED,
    "hello-llm warm status --json": ExitCode.CHECK_FAILED,
}


@pytest.fixture
def environ(home, tmp_path):
    """The environment of a shell in which the program is on the PATH."""
    program = tmp_path / "hello-llm"
    program.write_text(_PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    unused = {"OPENAI_API_KEY": "unused", "LLM_TOKEN": "unused", "EDITOR": "true"}
    return {**os.environ, "PATH": path, **unused}


@pytest.fixture(autouse=True)
def files(home):
    """The files that the examples name; `config init` finds none of its own."""
    Path("notes.txt").write_text("The sea is salty.")
    Path("rows.jsonl").write_text('{"id": 1, "prompt": "Say hello"}\n')
    Path("rows.csv").write_text("id,text\n1,hello\n")
    examples = ROOT / "docs" / "examples"
    for name in ("smoke.toml", "question.txt"):
        shutil.copy(examples / name, ".")
    shutil.copy(examples / "clients.script.toml", "replies.toml")


def run(line, environ):
    ended = subprocess.run(
        ["sh", "-c", line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    return ended


@pytest.mark.parametrize("line", sorted(_LINES - _STARTS - _SERVERS))
def test_an_example_does_what_it_says(line, environ, home):
    if "config init" not in line:
        folder = home / ".config" / "hello-llm"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(_CONFIGURATION)
        Path("team.toml").write_text(_CONFIGURATION)
    ended = run(line, environ)
    assert ended.returncode == _EXITS.get(line, ExitCode.OK), ended.stderr
    assert ended.stdout or ">" in line


@pytest.mark.skipif(sys.platform != "linux", reason="there is a warm process on Linux only")
@pytest.mark.parametrize("line", sorted(_STARTS))
def test_an_example_starts_the_warm_process(line, environ):
    try:
        ended = run(line, environ)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "is ready" in ended.stdout
    finally:
        run("hello-llm warm stop", environ)


@pytest.mark.parametrize("line", sorted(_SERVERS))
def test_an_example_serves_until_it_is_told(line, environ):
    command = ["sh", "-c", f"exec {line}"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "at http://" in server.stdout.readline()
        server.terminate()
        assert server.wait() == 0


def test_what_exits_otherwise_is_still_an_example():
    assert _EXITS.keys() <= _LINES
    assert (len(_STARTS), len(_SERVERS)) == (2, 4)
