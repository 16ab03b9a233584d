"""`help`: the help of every command, the topics, and words that are neither."""

from pathlib import Path

import pytest

from hello_llm.cli.commands.help import TOPICS
from hello_llm.cli.parser import COMMANDS
from hello_llm.contract import ExitCode
from tests.cli.commands import ALL
from tests.cli.program import child, program

GOLDEN = Path(__file__).parent / "golden" / "exit-codes.txt"


@pytest.mark.parametrize("name", [name for name in ALL if name])
def test_help_of_a_command_is_what_its_own_flags_print(name):
    shown = {
        program(*arguments).text
        for arguments in (
            ["help", *name.split()],
            [*name.split(), "--help"],
            [*name.split(), "-h"],
        )
    }
    assert len(shown) == 1
    assert f"Usage: hello-llm {name} " in shown.pop()


def test_help_alone_begins_with_the_programs_help_and_lists_the_topics():
    ended = program("help")
    assert ended.code == 0
    assert ended.text.startswith(program("--help").text)
    assert all(f" {name} " in ended.text for name in COMMANDS)
    topics = ended.text.removeprefix(program("--help").text)
    assert all(f"hello-llm help {topic}\n" in topics for topic in TOPICS)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("doctr", "hello-llm help doctor"),
        ("c", "hello-llm help"),
        ("exit-code", "hello-llm help exit-codes"),
        ("exitcodes", "hello-llm help exit-codes"),
        ("exit-codes chat", "hello-llm help exit-codes"),
        ("config validat", "hello-llm help config validate"),
        ("config xyz", "hello-llm help config"),
        ("config use work", "hello-llm help config use"),
        ("chat hello", "hello-llm help chat"),
        ("xyz", "hello-llm help"),
    ],
)
def test_help_on_anything_else_names_the_nearest_help_there_is(words, hint):
    ended = program("help", *words.split())
    assert (ended.code, ended.text) == (ExitCode.USAGE, "")
    assert ended.stderr == f"error: there is no help on '{words}'\nhint: {hint}\n"
    for command in hint.split(" or "):
        assert program(*command.split()[1:]).code == 0


def test_exit_codes_are_printed_as_they_always_were():
    assert program("help", "exit-codes").text == GOLDEN.read_text("utf-8")


def test_every_exit_code_is_printed():
    lines = program("help", "exit-codes").text.splitlines()
    assert [line.split(maxsplit=2) for line in lines] == [
        [str(int(code)), code.name, code.meaning] for code in ExitCode
    ]


def test_exit_codes_are_printed_in_any_locale():
    ended = child("help", "exit-codes", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.text) == (0, GOLDEN.read_text("utf-8"))
