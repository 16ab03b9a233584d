"""Markdown in two parts."""

import pytest

from hello_llm.rendering.console import make_console
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.cut import Cut, cut
from hello_llm.rendering.markdown.source import SENTINEL as S
from hello_llm.rendering.markdown.source import Number, Resume, parse
from tests.rendering.screens import Pipes

WIDTH = 20


def parts(source: str, resume: Resume | None = None) -> Cut | None:
    resume = resume or Resume()
    layout = BlockLayout(make_console(Pipes().terminal, "stdout", "never"))

    def row_texts(text: str) -> list[str]:
        return [row.plain for row in wrap_rows(layout.rows(text, WIDTH, resume), WIDTH)]

    return cut(source, parse(source), resume, row_texts)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\n\nb", Cut("a\n\n", "b", Resume(gap=True))),
        ("1. a\n2. b\n3", Cut("1. a\n", "2. b\n3", Resume(numbers=(Number(1, 1),)))),
        ("- a\n- b", Cut("- a\n", "- b", Resume(numbers=(None,)))),
        ("7. a\n8. b", Cut("7. a\n", "8. b", Resume(numbers=(Number(7, 7),)))),
        ("1. a\n1. b\n1. c\n", Cut("1. a\n1. b\n", "1. c\n", Resume(numbers=(Number(1, 2),)))),
        ("- a\n\n  b", Cut("- a\n\n", "- b", Resume(1, gap=True, numbers=(None,)))),
        ("- a\n  - b", Cut("- a\n", "- - b", Resume(1, numbers=(None,)))),
        ("> a\n>\n> b", Cut("> a\n>\n", "> b", Resume(1, gap=True))),
        ("a\n2. b", Cut("a\n", f"{S}2. b", Resume(leaf="paragraph"))),
        ("- a\n  b", Cut("- a\n", "- b", Resume(1, leaf="paragraph", numbers=(None,)))),
        ("> a\nb", Cut("> a\n", "> b", Resume(1, leaf="paragraph"))),
        ("```py\na\nb", Cut("```py\na\n", "```py\nb", Resume(leaf="fence"))),
        ("```py\na\n```\n", Cut("```py\na\n", "```py\n```\n", Resume(leaf="fence"))),
        (
            "1. ```\n   a\n   b",
            Cut("1. ```\n   a\n", "1. ```\n   b", Resume(1, leaf="fence", numbers=(Number(1, 1),))),
        ),
        (
            "|a|\n|-|\n|1|\n|2|",
            Cut("|a|\n|-|\n|1|\n", "|a|\n|-|\n|2|", Resume(leaf="table")),
        ),
        ("    a\n    b", Cut("    a\n", "    b", Resume(leaf="code_block"))),
        (
            "some words that fill one row",
            Cut("some words that fill ", f"{S}one row", Resume(leaf="paragraph")),
        ),
        ("# " + "w" * 25, Cut("# " + "w" * 20, f"# {S}wwwww", Resume(leaf="heading"))),
        ("```\n" + "w" * 25, Cut("```\n" + "w" * 20, "```\nwwwww", Resume(leaf="fence"))),
        ("", None),
        ("x", None),
    ],
)
def test_the_rest_opens_again_what_was_open(source, expected):
    assert parts(source) == expected


def test_numbers_go_on_over_several_cuts():
    first = parts("1. a\n1. b\n")
    assert first is not None
    second = parts(first.rest + "1. c\n", first.resume)
    assert second == Cut("1. b\n", "1. c\n", Resume(numbers=(Number(1, 2),)))


def test_an_emoji_and_an_accented_letter_are_not_cut_in_two():
    family = "👩\u200d👩\u200d👧"
    for unit in (family, "e\u0301"):
        found = parts(unit * 30)
        assert found is not None
        assert len(found.head) % len(unit) == 0
