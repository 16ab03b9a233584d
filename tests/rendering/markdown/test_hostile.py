"""Markup written to cost time or depth takes neither."""

import sys

import pytest

from tests.rendering.markdown.test_math import grown, rows

HOSTILE = [
    *(
        "$",
        "$$",
        "$$ x\n",
        "$a ",
        "\\(",
        "\\(a\\) ",
        "\\[",
        "\\[ x\n",
        "\\\\",
        "*",
        "**a ",
        "*a _b ",
        "~~a ",
    ),
    *("[", "![", "[a](", "[](", "![a](b ", "`", "`a``", "<", "<a ", "<a@b", "<br", "&amp", "&"),
    *(
        ">",
        "> ",
        "> a\n",
        "- ",
        "- a\n",
        "1. ",
        "# ",
        "|",
        "|a",
        "|a|\n|-|\n",
        "\n",
        "a  \n",
        "漢**",
    ),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_markup_takes_linear_work(unit):
    """Function calls are counted: unlike time, they do not depend on the machine's load."""
    text = unit * 6000
    once, twice = (
        _calls(lambda size=size: grown(text[:size], 500, 80, 11)) for size in (3000, 6000)
    )
    assert twice < 5 * once + 100_000


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_markup_that_is_not_redrawn_takes_bounded_work(unit):
    assert _calls(lambda: grown((unit * 8000)[:8000], 4000, 80, 10**9)) < 5_000_000


def _calls(run) -> int:
    """The function calls that `run` makes."""
    calls = 0

    def count(frame, event, argument) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "open_close", [("**a ", " b**"), ("*a ", " b*"), ("[", "](u)"), ("![", "](u)")]
)
def test_emphasis_and_links_nested_without_end_are_shown(open_close):
    begin, end = open_close
    shown = "".join(rows(begin * 1500 + "middle" + end * 1500))
    assert "middle" in shown
