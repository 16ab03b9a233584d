"""What the warm process leaves to a process of the call's own, and what starts one for later."""

import os
import subprocess
import sys

import pytest

from hello_llm.warm import control
from tests.cli.calls import asking, until
from tests.cli.person import CTRL_D, Person
from tests.cli.program import child, program
from tests.warm.comparing import both, calls_of, coldly
from tests.warm.running import COMMAND

OTHER_PYTHON = "it was started by another Python, or with other options"
ANSWER = "Hello! You said: hi\n"


def warm_notes(ended):
    return [line for line in ended.stderr.splitlines() if line.startswith("note: warm: ")]


def is_cold(warm, why, call):
    """Make sure that `call` is cold, and that it says so only where it is verbose."""
    before = calls_of(warm)
    quiet, verbose = call(), call("--verbose")
    assert (quiet.code, quiet.text, quiet.stderr) == (0, ANSWER, "")
    assert (verbose.code, verbose.text) == (0, ANSWER)
    assert warm_notes(verbose) == [f"note: warm: no, {why}"]
    return calls_of(warm) - before


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (("-O",), {}),
        (("-B",), {"PYTHONWARNINGS": "ignore"}),
        (("-s",), {}),
        ((), {"PYTHONPATH": "/nowhere"}),
        ((), {"PYTHONDEVMODE": "1"}),
        ((), {"PYTHONHASHSEED": "7"}),
    ],
)
def test_another_python_makes_its_calls_itself(warm, options, environ):
    def call(*flags):
        command = [sys.executable, *options, "-m", "hello_llm", "chat", "hi", *flags]
        return ended_with(command, environ)

    assert is_cold(warm, OTHER_PYTHON, call) == 0


def ended_with(command, environ):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tests.cli.program.COMMAND", command)
        return child(**environ)


def test_no_warm_makes_the_call_cold(warm):
    assert is_cold(warm, "it is turned off", lambda *f: child("chat", "hi", "--no-warm", *f)) == 0


def test_a_profile_can_make_its_calls_cold(warm, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text("version = 1\n[profiles.cold]\nwarm = false\n", encoding="utf-8")
    flags = ("--config", str(config), "--profile", "cold")
    assert is_cold(warm, "it is turned off", lambda *f: child("chat", "hi", *flags, *f)) == 0
    told = child("chat", "hi", *flags, "--warm", "--verbose")
    assert warm_notes(told) == [f"note: warm: a fork of process {warm.pid}"]


def test_what_was_piped_into_a_call_that_is_left_is_not_lost(warm):
    ended = child("chat", "--no-warm", stdin=b"piped")
    assert (ended.code, ended.text, ended.stderr) == (0, "Hello! You said: piped\n", "")


def test_a_conversation_has_a_process_of_its_own(warm):
    before = calls_of(warm)
    with Person("chat", "--verbose") as person:
        person.wait_for("note: warm: no, input typed at a terminal needs its own process")
        person.say("one")
        person.wait_for("Hello! You said: one")
        person.say("two")
        person.wait_for("Hello! You said: two")
        person.wait_for("\n>", at_the_end=True)
        person.type(CTRL_D)
        assert person.wait_for_end() == 0
    assert calls_of(warm) == before


def test_without_a_warm_process_nothing_is_said_and_none_comes_up(runtime):
    ended = child("chat", "hi")
    assert (ended.code, ended.text, ended.stderr) == (0, ANSWER, "")
    assert warm_notes(child("chat", "hi", "--verbose")) == ["note: warm: no, none is running"]
    assert list(runtime.iterdir()) == []


def test_other_commands_ask_no_warm_process(warm):
    before = calls_of(warm)
    for words in (("--version",), ("config", "path"), ("schema", "reply"), ("help",)):
        assert child(*words).code == 0
    assert calls_of(warm) == before


@pytest.mark.parametrize("flags", [("--warm",), ()])
def test_the_first_call_that_asks_for_one_is_cold_and_one_comes_up(
    runtime, home, openai_server, flags
):
    if not flags:
        config = home / ".config" / "hello-llm" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("version = 1\n[defaults]\nwarm = true\n", encoding="utf-8")
    asked = (*asking(f"{openai_server.url}/v1"), *flags)
    ended = child(*asked, "--verbose")
    assert (ended.code, ended.text) == (0, "Hello, world!\n")
    note = "note: warm: no, none is running; starting one for later calls"
    assert warm_notes(ended) == [note]
    until(lambda: control.status() is not None)
    status = control.status()
    assert status is not None
    later = child(*asked, "--verbose")
    assert (later.code, later.text) == (0, "Hello, world!\n")
    assert warm_notes(later) == [f"note: warm: a fork of process {status.pid}"]
    assert control.stop() == {status.pid: True}


def test_one_that_comes_up_holds_no_stream_of_the_call_open(runtime, openai_server):
    command = [*COMMAND, *asking(f"{openai_server.url}/v1", "--warm")]
    ended = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"Hello, world!\n", b"")
    assert child("warm", "stop").text.endswith(" has ended\n")
    assert list(runtime.iterdir()) == []


def test_for_the_mock_none_comes_up(runtime):
    ended = child("chat", "hi", "--warm", "--verbose")
    assert (ended.code, ended.text) == (0, ANSWER)
    assert warm_notes(ended) == ["note: warm: no, none is running"]
    assert list(runtime.iterdir()) == []


@pytest.fixture(params=["pidfd", "credentials"])
def elsewhere(request, monkeypatch):
    """A system on which there can be no warm process."""
    if request.param == "pidfd":
        monkeypatch.delattr(os, "pidfd_open")
    else:
        monkeypatch.delattr("socket.SO_PEERCRED")


UNAVAILABLE = (
    "error: a warm process needs Linux: fork, process descriptors and credentials on sockets\n"
    "hint: everything else works without it\n"
)


@pytest.mark.parametrize("word", ["start", "status", "stop"])
def test_where_there_can_be_none_the_commands_say_so(elsewhere, word):
    ended = program("warm", word)
    assert (ended.code, ended.text, ended.stderr) == (2, "", UNAVAILABLE)


def test_where_there_can_be_none_chat_works(elsewhere):
    ended = program("chat", "hi", "--warm")
    assert (ended.code, ended.text, ended.stderr) == (0, ANSWER, "")


_WITHOUT = """
import os, socket, sys
{}
from hello_llm import __main__
__main__.main()
"""
_OLD_LINUX = "del os.pidfd_open"
_NOT_LINUX = f"{_OLD_LINUX}, socket.SO_PEERCRED; sys.platform = 'darwin'"


@pytest.mark.parametrize("system", [_OLD_LINUX, _NOT_LINUX])
def test_where_there_can_be_none_the_whole_program_works(system):
    def call(*words):
        return ended_with([sys.executable, "-c", _WITHOUT.format(system), *words], {})

    said = call("warm", "start")
    assert (said.code, said.text, said.stderr) == (2, "", UNAVAILABLE)
    answered = call("chat", "hi", "--warm")
    assert (answered.code, answered.text, answered.stderr) == (0, ANSWER, "")


def test_a_dry_run_is_the_same_in_both_ways(warm, tmp_path):
    ended = both(warm, lambda: child("chat", "hi", "--dry-run"), tmp_path / "none")
    assert ended.code == 0
    assert coldly(lambda: child("chat", "hi", "--dry-run"), tmp_path / "none") == ended
