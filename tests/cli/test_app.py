"""The program as a whole: its version, its help, and what becomes of a bug."""

from pathlib import Path

import pytest

import hello_llm
from hello_llm.cli.prompt import PromptSource
from tests.cli.program import child, program, shell

COMMANDS = ["", "chat", "config", "config show", "config set", "help", "schema"]
BUG_HINT = "hint: this is a bug in hello-llm: please report it with the output of --debug\n"
SECRET = "hunter2-hunter2"


def test_version_names_the_program_and_its_version():
    ended = program("--version")
    assert (ended.code, ended.text) == (0, f"hello-llm {hello_llm.__version__}\n")


@pytest.mark.parametrize("columns", ["60", "80", "200"])
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_in_the_width_there_is(monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", columns)
    long, short = program(*command.split(), "--help"), program(*command.split(), "-h")
    assert (long.code, long.stderr) == (0, "")
    assert long.stdout == short.stdout
    assert f"Usage: hello-llm {command}".rstrip() in long.text
    assert max(map(len, long.text.splitlines())) <= int(columns)


@pytest.mark.parametrize(
    "environ",
    [
        {"NO_COLOR": "1"},
        {"TERM": "dumb"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    ],
    ids=str,
)
def test_help_is_text_in_any_environment(environ):
    ended = child("chat", "--help", **environ)
    assert (ended.code, ended.stderr) == (0, "")
    assert "\x1b" not in ended.text
    assert "--temperature" in ended.text


@pytest.mark.parametrize("command", [[], ["config"]])
def test_without_a_command_the_help_is_shown_and_the_exit_code_is_usage(command):
    ended = program(*command)
    assert (ended.code, ended.stderr) == (2, "")
    assert ended.text.strip() == program(*command, "--help").text.strip()


@pytest.fixture
def bug(monkeypatch):
    """A mistake of ours in the reading of the prompt, whose words hold a secret."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)

    def read(*_arguments, **_options):
        raise ZeroDivisionError(f"oh\nno \x1b[2J {SECRET}")

    monkeypatch.setattr(PromptSource, "read", read)


@pytest.mark.in_process
def test_a_bug_ends_in_one_line_and_says_where_to_report_it(bug):
    ended = program("chat", "hi")
    assert (ended.code, ended.stdout) == (70, b"")
    assert ended.stderr == (
        f"error: unexpected ZeroDivisionError: oh no \N{SYMBOL FOR ESCAPE}[2J [redacted]\n"
        f"{BUG_HINT}"
    )


@pytest.mark.in_process
def test_a_bug_is_a_document_too(bug):
    document = program("chat", "hi", "--json").document
    assert (document["exit_code"], document["error"]["code"]) == (70, "BUG")


@pytest.mark.in_process
def test_a_document_is_what_a_bug_gives_where_the_profile_asks_for_one(bug, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('version = 1\n[defaults]\noutput = "json"\n')
    assert program("chat", "hi", "--config", file).document["exit_code"] == 70


@pytest.mark.in_process
def test_debug_shows_the_traceback_of_a_bug_without_secrets(bug):
    ended = program("chat", "hi", "--debug")
    assert ended.code == 70
    assert ended.stderr.startswith("Traceback (most recent call last):\n")
    assert "raise ZeroDivisionError(" in ended.stderr
    assert ended.stderr.endswith(f"[redacted]\n{BUG_HINT}")
    assert SECRET not in ended.stderr
    assert "\x1b" not in ended.stderr


def test_debug_shows_no_traceback_of_a_mistake():
    ended = program("chat", "hi", "--debug", "--model", "gpt-4o-mini")
    assert "Traceback" not in ended.stderr


@pytest.mark.in_process
def test_a_bug_before_the_settings_are_known_ends_like_any_other(monkeypatch):
    def resolve(*_arguments, **_options):
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr("hello_llm.cli.commands.chat.call.resolve", resolve)
    ended = program("chat", "hi", "--json")
    assert ended.code == 70
    assert ended.document["error"]["message"] == "unexpected ZeroDivisionError: oh no"
    assert ended.stderr == f"error: unexpected ZeroDivisionError: oh no\n{BUG_HINT}"


@pytest.mark.in_process
def test_a_provider_that_cannot_read_a_file_is_not_taken_for_a_full_disk(monkeypatch):
    def chat(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hello_llm.providers.mock.provider.MockProvider.chat", chat)
    ended = program("chat", "hi")
    assert ended.code == 70
    assert ended.stderr.startswith("error: unexpected PermissionError: ")


PRINTING = ["--version", "chat --help", "config show", "help exit-codes", "schema reply"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
@pytest.mark.parametrize("command", PRINTING)
def test_a_full_disk_is_told_by_every_command(command):
    ended = shell(f'"$@" {command} >/dev/full')
    assert (ended.code, ended.stderr) == (
        13,
        (
            "error: cannot write to standard output: No space left on device\n"
            "hint: free some space, or send it elsewhere\n"
        ),
    )


@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_that_left_ends_every_command_in_silence(command):
    ended = shell(f'{{ sleep 0.3; "$@" {command}; echo $? >&2; }} | true')
    assert ended.stderr == "141\n"


# The exit code is the number of the next file that is opened while a command runs.
_NEXT_NUMBER = """
import os
from hello_llm import __main__
from hello_llm.cli import app
app.run = lambda *_: os.open(os.devnull, os.O_RDONLY)
__main__.main()
"""


def test_no_file_gets_the_number_of_a_stream_that_was_closed():
    ended = shell('"$1" -c "$PROGRAM" <&- >&- 2>&-', PROGRAM=_NEXT_NUMBER)
    assert ended.code == 3
