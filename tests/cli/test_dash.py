"""`-` in place of a file: standard input or output, once, and never empty."""

from itertools import combinations

import pytest

from tests.cli.program import child, program

CONFIG = b"version = 1\n[defaults]\nmax_tokens = 2\n"
SUITE = (
    b'version = 1\n[[check]]\nname = "a"\nprompt_file = "question.txt"\nexpect.contains = "Why?"\n'
)
SCRIPT = b'version = 1\n[[rule]]\nname = "any"\nreplies = [{ text = "from the script" }]\n'


@pytest.mark.parametrize(
    ("arguments", "piped", "said"),
    [
        (("chat", "hi", "--config", "-"), CONFIG, b"Hello! You"),
        (("chat", "hi", "--script", "-"), SCRIPT, b"from the script"),
        (("chat", "--prompt-file", "-"), b"Why?", b"You said: Why?"),
        (("chat", "hi", "--out", "-"), None, b"You said: hi"),
        (("check", "-", "--provider", "mock"), SUITE, b"1 passed"),
        (("check", "-", "--provider", "mock", "--report", "junit=-"), SUITE, b"<testsuites"),
        (("config", "show", "--config", "-"), CONFIG, b"max_tokens"),
        (("config", "validate", "--config", "-"), CONFIG, b"is valid"),
        (("doctor", "--provider", "mock", "--config", "-"), CONFIG, b"ok"),
    ],
)
def test_a_dash_is_standard_input_or_output_wherever_a_file_is_named(
    tmp_path, monkeypatch, arguments, piped, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "question.txt").write_text("Why?")
    ended = child(*arguments, stdin=piped)
    assert (ended.code, said in ended.stdout) == (0, True), ended
    assert [path.name for path in tmp_path.iterdir()] == ["question.txt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "hi", "--config", "-"),
        ("chat", "hi", "--script", "-"),
        ("chat", "hi", "--replay", "-"),
        ("chat", "--prompt-file", "-"),
        ("check", "-"),
        ("config", "show", "--config", "-"),
    ],
)
def test_a_dash_requires_standard_input(arguments):
    ended = child(*arguments, stdin=b"")
    assert (ended.code, ended.stdout) == (2, b"")
    assert "standard input is empty" in ended.stderr


READERS = {
    "the prompt": ("x", "-"),
    "--prompt-file": ("--prompt-file", "-"),
    "--config": ("--config", "-"),
    "--script": ("--script", "-"),
    "--replay": ("--replay", "-"),
}


@pytest.mark.parametrize(("one", "other"), [*combinations(READERS, 2)])
def test_two_readers_of_standard_input_are_a_mistake(one, other):
    ended = program("chat", *READERS[one], *READERS[other], stdin=b"x")
    assert (ended.code, ended.stdout) == (2, b"")
    assert f"error: {one} and {other} would both read standard input" in ended.stderr


@pytest.mark.parametrize("flag", ["--config", "--script", "--replay", "--rerun-failed"])
def test_a_suite_in_standard_input_leaves_nothing_for_another_file(flag):
    ended = program("check", "-", flag, "-", stdin=SUITE)
    assert (ended.code, ended.stdout) == (2, b"")
    assert f"error: the suite and {flag} would both read standard input" in ended.stderr


def test_nobody_is_asked_for_a_prompt_that_standard_input_cannot_hold():
    ended = child("chat", "--config", "-", stdin=CONFIG)
    assert (ended.code, ended.stdout) == (0, b"Hello! You\n")
    assert 'note: nothing is asked, so "hello world" is sent' in ended.stderr


@pytest.mark.parametrize(
    "command", ["init", "set model openai/x", "unset model", "use work", "edit"]
)
def test_a_command_that_changes_a_file_cannot_change_standard_input(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = program("config", *command.split(), "--config", "-", stdin=CONFIG)
    assert (ended.code, ended.stdout, [*tmp_path.iterdir()]) == (2, b"", [])
    assert ended.stderr.startswith("error: standard input cannot be changed\n")
