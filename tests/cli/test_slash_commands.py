"""The commands of a conversation: which texts are commands, and what is said of the unknown."""

import re

import pytest

from hello_llm.cli.commands.chat.plain_editor import PlainEditor
from hello_llm.cli.commands.chat.prompt_editor import PromptEditor
from hello_llm.cli.commands.chat.slash_commands import Command, command_in, help_text
from hello_llm.contract import UsageError

EDITORS = (PlainEditor, PromptEditor)
LEAVING = ("/exit", "/quit", "/q", "/bye", "exit", "quit", ":q")


def variants(name):
    return (name, f"  {name} ", f"{name}\n", name.upper())


@pytest.mark.parametrize("text", [text for name in LEAVING for text in variants(name)])
def test_whatever_people_type_to_leave_leaves(text):
    assert command_in(text) is Command.EXIT


@pytest.mark.parametrize("text", [*variants("/help"), "/help me write"])
def test_help_helps_whatever_follows_it(text):
    assert command_in(text) is Command.HELP


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("/foo", "/foo"),
        ("/foo bar", "/foo"),
        ("/", "/"),
        ("/etc/passwd what is this", "/etc/passwd"),
        ("// a comment", "//"),
        ("/foo\n\n", "/foo"),
        ("/Foo", "/Foo"),
    ],
)
def test_a_line_that_starts_with_a_slash_is_never_sent(text, word):
    with pytest.raises(UsageError) as caught:
        command_in(text)
    assert caught.value.message == f"there is no command {word}"
    assert caught.value.hint == "/help lists the commands; a space before it sends it as text"


@pytest.mark.parametrize(("typed", "meant"), [("/hlep", "/help"), ("/exti now", "/exit")])
def test_a_misspelt_command_is_told_its_name(typed, meant):
    with pytest.raises(UsageError) as caught:
        command_in(typed)
    assert caught.value.hint == f"did you mean {meant}? a space before it sends it as text"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        " /foo",
        "\t/etc/passwd",
        "/* one\n   two */",
        "/exit\nhow do I leave?",
        "exit code 2",
        "how do I /quit",
        "and/or",
    ],
)
def test_anything_else_is_text(text):
    assert command_in(text) is None


@pytest.mark.parametrize("editor", EDITORS)
def test_each_command_in_the_help_is_one(editor):
    named = re.findall(r"^/\w+", help_text(editor.keys), re.MULTILINE)
    assert [command_in(name) for name in named] == [Command.HELP, Command.EXIT]


@pytest.mark.parametrize("editor", EDITORS)
def test_the_help_fits_a_narrow_terminal(editor):
    assert max(map(len, help_text(editor.keys).split("\n"))) <= 60
