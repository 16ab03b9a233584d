"""How Markdown is laid out."""

import pytest

from hello_llm.rendering.console import make_console
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.source import Resume
from tests.rendering.screens import Pipes


def layout() -> BlockLayout:
    return BlockLayout(make_console(Pipes(tty=True).terminal, "stdout", "auto"))


def rows(source: str, width: int = 40) -> list[str]:
    return [row.plain for row in layout().rows(source, width, Resume())]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Title\n\ntext\n## Sub", ["Title", "", "text", "", "Sub"]),
        ("one\ntwo  \nthree\\\nfour", ["one", "two", "three", "four"]),
        ("*a* **b** ~~c~~ `d` \\*e\\*", ["a b c d *e*"]),
        (
            "[text](http://u.org) <http://v.org> <me@x.org>",
            ["text (http://u.org) http://v.org", "me@x.org"],
        ),
        ('[a](http://u.org "title")', ['a (http://u.org "title")']),
        ("![alt](http://i.org/p.png)", ["![alt](http://i.org/p.png)"]),
        ("[a]\n\n[a]: http://u.org", ["[a]", "", "[a]: http://u.org"]),
        (
            "<b>bold</b> <!-- x -->\n\n<div>\n</div>",
            ["<b>bold</b> <!-- x -->", "", "<div>", "</div>"],
        ),
        ("Title\n===", ["Title", "==="]),
        ("text\n---\nmore", ["text", "", "─" * 40, "", "more"]),
        ("- a\n- b\n  - c\n\n    d", ["• a", "• b", "  • c", "", "    d"]),
        ("8. a\n9. b\n10. c\n\n    d", ["8. a", "9. b", "10. c", "", "    d"]),
        ("1. a\n1. b\n1. c", ["1. a", "2. b", "3. c"]),
        ("3) a\n2) b\n1) c", ["3) a", "2) b", "1) c"]),
        ("-\n- b", ["•", "• b"]),
        ("> a\n> > b\n>\n> c", ["│ a", "│", "│ │ b", "│", "│ c"]),
        ("```py\nx = 1\n\n\ty = 2\n```", ["py", "x = 1", "", "    y = 2"]),
        ("```\n" + "long " * 10 + "\n```", [("long " * 10).rstrip()]),
        ("    indented\n      more", ["indented", "  more"]),
        ("```unknown-language more words\nx\n", ["unknown-language more words", "x"]),
        (
            "| a | bb |\n|:-:|---:|\n| 1 | 2 |\n| long | x |",
            [" a    bb", "────  ──", " 1     2", "long   x"],
        ),
        ("| a |\n|---|\n| 1 | lost? |", ["| a |", "|---|", "| 1 | lost? |"]),
        ("[bold]x[/foo] :smile: {curly} %s", ["[bold]x[/foo] :smile: {curly} %s"]),
        ("&amp; &#27;[2J &#x9b; &#13; &#x202e; &#xfdd0;", ["& �[2J � ␍ <U+202E> �"]),
        ("", []),
    ],
)
def test_each_kind_of_block_becomes_rows(source, expected):
    assert rows(source.replace("\t", "    ")) == expected


def test_text_folds_between_words_and_keeps_its_indentation():
    assert rows("- " + "word " * 10, 20) == [
        "• word word word",
        "  word word word",
        "  word word word",
        "  word",
    ]
    assert rows("x" * 45, 20) == ["x" * 20, "x" * 20, "x" * 5]


def test_table_cells_fold_and_lose_nothing():
    source = "| name | text |\n|---|---|\n| " + "n" * 30 + " | " + "some words " * 3 + "|"
    assert rows(source, 24) == [
        "name         text",
        "───────────  ───────────",
        "nnnnnnnnnnn  some words",
        "nnnnnnnnnnn  some words",
        "nnnnnnnn     some words",
    ]


def test_a_table_with_more_columns_than_fit_is_shown_as_written():
    source = "|" + "a|" * 30 + "\n|" + "-|" * 30
    assert "".join(rows(source, 20)) == source.replace("\n", "")


def test_what_is_nested_too_deep_for_the_parser_is_shown_as_written():
    assert "".join(rows(">" * 60 + " deep")).replace(" ", "") == ">" * 60 + "deep"


def test_rows_have_no_padding_no_background_and_no_links():
    source = (
        "# T\n\n> q\n\n```py\nx = 1  # c\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n[t](http://u.org) `c`"
    )
    drawn = layout().ansi(layout().rows(source, 40, Resume()))
    assert drawn == [
        "\x1b[1;4mT\x1b[0m",
        "",
        "\x1b[2m│ \x1b[0mq",
        "",
        "\x1b[2;3mpy\x1b[0m",
        "x = \x1b[94m1\x1b[0m  \x1b[2m# c\x1b[0m",
        "",
        "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m",
        "\x1b[2m─  ─\x1b[0m",
        "1  2",
        "",
        "\x1b[4mt\x1b[0m\x1b[2m (http://u.org)\x1b[0m \x1b[36mc\x1b[0m",
    ]


def test_a_row_wider_than_the_screen_breaks_where_the_screen_breaks_it():
    wide = layout().rows("```\n" + "ab漢" * 5 + "\n```", 7, Resume())
    assert [row.plain for row in wrap_rows(wide, 7)] == ["ab漢ab", "漢ab漢a", "b漢ab漢"]
