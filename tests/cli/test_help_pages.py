"""The help of every command: its sections, its words for values, its examples and its width."""

import re

import pytest
from rich.text import Text

from hello_llm.cli.examples import EXAMPLES
from hello_llm.cli.sections import ARGUMENTS, OPTIONS, ORDER
from tests.cli.commands import ALL
from tests.cli.program import program

VALUES = frozenset(
    """
    COMMAND FILE FORM HEADER HOST INPUT KEY KIND MODEL N NAME NUMBER PATTERN PROMPT SHELL SUITE TEXT
    TIME TOPIC URL USD VALUE WHEN
    """.split()
)
"""The words for values; some are joined, as in KIND=FILE."""

of_every_command = pytest.mark.parametrize("name", ALL)


def page(name):
    return program(*name.split(), "--help").text


def parameters(name):
    """Return the arguments and options of a command, without ``--help``."""
    return ALL[name].params


def listed(parameter):
    usual = ARGUMENTS if parameter.param_type_name == "argument" else OPTIONS
    return parameter.rich_help_panel or usual


@of_every_command
def test_its_sections_keep_the_order_of_all_commands(name):
    shown = re.findall(r"^╭─ (.+?) ─+╮$", page(name), re.MULTILINE)
    sections = [section for section in shown if section != "Commands"]
    assert sections == sorted(sections, key=ORDER.index)
    assert len(set(sections)) == len(sections)


@of_every_command
def test_every_option_of_a_command_is_in_a_section_with_a_name(name):
    unsorted = {one.name for one in parameters(name) if listed(one) == OPTIONS}
    of_the_program = {"version", "install_completion", "show_completion"}
    assert unsorted == (of_the_program if name == "" else set())


@of_every_command
def test_every_value_has_one_of_the_known_words(name):
    unknown = {
        parameter.human_readable_name: parameter.metavar
        for parameter in parameters(name)
        if parameter.param_type_name == "argument" or not parameter.is_flag
        if not set(re.findall(r"[^\W_]+", parameter.metavar or parameter.name)) <= VALUES
    }
    assert unknown == {}


@of_every_command
def test_arguments_are_shown_as_words_and_nothing_else(name):
    words = [one.metavar for one in parameters(name) if one.param_type_name == "argument"]
    usage = page(name).partition("Usage: ")[2].partition("\n")[0].rstrip()
    assert re.fullmatch(r"[\w -]+(\[OPTIONS\])?( \[?[A-Z|]+\]?(\.\.\.)?)*( \[ARGS\]\.\.\.)?", usage)
    assert all(word in usage for word in words)
    assert not re.search(r"<(str|path|int|float|text)>|\{[A-Z]", page(name))


@of_every_command
def test_nothing_in_it_is_taken_for_markup(name):
    command = ALL[name]
    texts = [command.help, command.epilog, *(one.help for one in parameters(name))]
    assert [Text.from_markup(text).plain for text in texts] == texts


@pytest.mark.parametrize("columns", [60, 80, 120])
@of_every_command
def test_it_fits_the_terminal_and_has_no_control_characters(monkeypatch, name, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = page(name)
    assert max(map(len, shown.splitlines())) <= columns
    assert re.search(r"[^\n\x20-\x7e─│╭╮╰╯]", shown) is None


@of_every_command
def test_it_ends_with_its_examples_each_on_a_line_of_its_own(monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    _, _, shown = page(name).partition("\n Examples:")
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    assert lines == [line for does, line in EXAMPLES[name] for line in (f"# {does}", line)]


def test_every_command_has_examples_and_each_calls_it():
    assert EXAMPLES.keys() == ALL.keys()
    for name, examples in EXAMPLES.items():
        assert 1 <= len(examples) <= 4
        assert all(f"hello-llm {name}".rstrip() in example.line for example in examples)


def test_the_words_for_values_are_all_in_use():
    used = {
        word
        for name in ALL
        for one in parameters(name)
        for word in re.findall(r"[A-Z]+", one.metavar or "")
    }
    assert used == VALUES
