"""Markdown that grows: nothing lost, nothing twice, nothing out of order, in linear work."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hello_llm.rendering.console import make_console
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.source import Resume, parse
from hello_llm.rendering.markdown.stream import MarkdownStream
from tests.rendering.screens import Pipes
from tests.rendering.tall import TALL

_GLUE = st.sampled_from(
    [
        *["\n", "\n\n", "\n\n\n", "  \n", "\n    ", " ", "  ", "\t", "\\", ": "],
        *["\n- ", "\n  - ", "\n      - ", "\n* ", "\n+ ", "\n1. ", "\n2) ", "\n   1. ", "\n- - "],
        *["\n> ", "> ", "\n>> ", "\n```\n", "\n```py\n", "\n~~~\n", "\n```", "\n---\n", "\n===\n"],
        *["\n# ", "\n## ", "|", "\n|---|---|\n", "\n| ", " | "],
        *["**", "*", "_", "`", "``", "~~", "[", "](", ")", "![", "<", ">", "&amp;", ' "'],
    ]
)


def _layout() -> BlockLayout:
    return BlockLayout(make_console(Pipes().terminal, "stdout", "never"))


def _whole(text: str, width: int) -> list[str]:
    """The rows of the text as one piece."""
    return [row.plain for row in _layout().rows(text.expandtabs(4), width, Resume())]


def _grown(text: str, sizes: list[int], width: int, tallest: int) -> list[str]:
    """The rows of the text that comes in pieces of `sizes`, again and again."""
    stream = MarkdownStream(_layout())
    rows, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        stream.feed(text[at : at + size])
        at, turn = at + size, turn + 1
        rows += stream.advance(width, tallest)
        assert len(wrap_rows(stream.tail(width), width)) <= tallest or tallest < 5
    return [row.plain for row in rows + stream.finish(width)]


@pytest.mark.parametrize("name", TALL)
@pytest.mark.parametrize("size", [61, 1_000_000])
def test_a_tall_answer_ends_up_as_if_it_had_come_as_one_piece(name, size):
    text = TALL[name]
    assert _grown(text, [size], 80, 11) == _whole(text, 80)


def test_a_table_keeps_its_columns_where_it_is_cut():
    table = "| n | w |\n|---|---|\n" + "\n".join(f"| {n} | word |" for n in range(200, 260))
    assert _grown(table, [9], 80, 5) == _whole(table, 80)


def test_a_short_table_is_cut_below_its_head():
    text = "above\nthree | seven\n|---|---|\nforty\n- four"
    assert _grown(text, [1], 20, 5) == _whole(text, 20)


def _word(number: int) -> str:
    """A word of five letters that no markup and no entity holds."""
    digits = (number // 64 % 4, number // 16 % 4, number // 4 % 4, number % 4)
    return "Q" + "".join("GHJK"[digit] for digit in digits)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_GLUE, max_size=120),
    st.lists(st.sampled_from([1, 3, 10, 50, 300]), min_size=1, max_size=9),
    st.sampled_from([20, 40, 80]),
    st.sampled_from([1, 2, 5, 11]),
)
def test_every_word_is_shown_once_and_in_order_whatever_the_markup(glue, sizes, width, tallest):
    """Cells of a table that wrap stand side by side, so there only the letters are counted."""
    text = "".join(_word(number) + piece for number, piece in enumerate(glue))
    shown = "".join(_grown(text, sizes, width, tallest))
    letters = [letter for letter in shown if letter in "QGHJK"]
    expected = [letter for letter in text if letter in "QGHJK"]
    if "|" in text:
        letters, expected = sorted(letters), sorted(expected)
    assert letters == expected


class _Work:
    """Counts the characters that are parsed and laid out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.characters = 0

        def counted(source):
            self.characters += len(source)
            return parse(source)

        for module in ("blocks", "cut", "stream"):
            monkeypatch.setattr(f"hello_llm.rendering.markdown.{module}.parse", counted)


@pytest.mark.parametrize("name", [*TALL, "blank lines", "dashes", "one word"])
def test_the_work_is_linear_in_the_length_of_the_answer(name, monkeypatch):
    text = {"blank lines": "- a" + "\n" * 20_000, "dashes": "-" * 20_000, "one word": "w" * 20_000}
    unit = text.get(name) or TALL[name]
    work = []
    for times in (1, 2):
        count = _Work(monkeypatch)
        stream = MarkdownStream(_layout())
        whole = (unit if name in text else unit + "\n") * times
        for start in range(0, len(whole), 200):
            stream.feed(whole[start : start + 200])
            stream.advance(80, 11)
        stream.finish(80)
        work.append(count.characters / len(whole))
    assert max(work) < 1.3 * work[0] + 1
    assert max(work) < 60


def test_only_the_last_block_is_parsed_again(monkeypatch):
    count = _Work(monkeypatch)
    stream = MarkdownStream(_layout())
    random.seed(1)
    text = "\n\n".join("word " * random.randint(3, 40) for _ in range(200))
    for start in range(0, len(text), 50):
        stream.feed(text[start : start + 50])
        stream.advance(80, 11)
    assert count.characters < 8 * len(text)
