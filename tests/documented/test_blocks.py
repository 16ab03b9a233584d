"""The examples on a page are found as a reader sees them."""

import pytest

from tests.documented.blocks import Block, Command, commands, commands_in_tables, pattern, sections


def test_a_section_has_its_blocks_in_order():
    page = "# A\n\n```sh\nb # c\n```\n## D\n\n```\n# e\n\n```\n"
    assert sections(page) == {"A": [Block("sh", "b # c\n")], "D": [Block("", "# e\n\n")]}


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a \\\n  b\nc\n", ["a \\\n  b", "c"]),
        ("a |\n  b\n", ["a |\n  b"]),
        ("if a; then\n  b\nfi\nc\n", ["if a; then\n  b\nfi", "c"]),
        ("case $? in\n  0) a ;;\nesac\n", ["case $? in\n  0) a ;;\nesac"]),
        ("# what follows\na\n\nb\n", ["a", "b"]),
        ("a 'b\nc'\n", ["a 'b\nc'"]),
    ],
)
def test_a_command_ends_where_the_shell_would_run_it(text, typed):
    assert list(commands(Block("sh", text))) == list(map(Command, typed))


def test_a_command_without_an_end_is_found():
    with pytest.raises(AssertionError, match="if a; then"):
        list(commands(Block("sh", "if a; then\n")))


def test_a_session_has_the_output_of_each_command():
    session = Block("console", "$ a   # exits with 3\nb\nc\n$ d\n$ e \\\n  f\n\ng\n")
    first, second, third = commands(session)
    assert (first.text, first.output, first.exit_code) == ("a   # exits with 3", "b\nc\n", 3)
    assert (second.text, second.output, second.exit_code) == ("d", "", 0)
    assert (third.text, third.output) == ("e \\\n  f", "\ng\n")


def test_the_second_column_of_a_table_has_commands():
    page = (
        "| a | b |\n| --- | --- |\n| `c` | `d \\| e` and `f` | `g` |\n| `h` | nothing |\n`i | j`\n"
    )
    assert list(commands_in_tables(page)) == [Command("d | e"), Command("f")]


@pytest.mark.parametrize(
    ("shown", "written", "same"),
    [
        ("a …\nb 4 ms\n", "a long line\nb 27 ms\n", True),
        ("…\nb\n", "one\ntwo\nb\n", True),
        ("…\nb\n", "b\n", True),
        ("a\n", "a\nb\n", False),
        ("a …\n", "a b\nc\n", False),
    ],
)
def test_an_ellipsis_is_the_rest_of_a_line_or_any_lines(shown, written, same):
    assert bool(pattern(shown).fullmatch(written)) == same
