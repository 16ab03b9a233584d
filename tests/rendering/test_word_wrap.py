"""Plain text on a screen breaks between words, however it arrives, and loses nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import Finished, LLMReply, Started, TextDelta, Usage
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.plain import PlainRenderer
from hello_llm.rendering.word_wrap import WordWrap
from tests.rendering.screens import Screen

WORDS = st.lists(st.text("abcdefgh-,.", min_size=1, max_size=12), min_size=1, max_size=60)


def cut(text, sizes):
    """`text` in pieces of `sizes`, over and over."""
    pieces, at = [], 0
    while at < len(text):
        for size in sizes:
            pieces.append(text[at : at + size])
            at += size
    return pieces


def wrapped(text, columns, sizes=(1,)):
    wrap = WordWrap(lambda: columns)
    return "".join([*map(wrap.feed, cut(text, sizes)), wrap.close()])


@given(WORDS, st.integers(12, 40), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_rows_fit_and_every_word_is_whole_and_in_order(words, columns, sizes):
    text = wrapped(" ".join(words), columns, sizes)
    assert text.split() == words
    assert max(map(len, text.split("\n"))) <= columns


@given(st.text("ab \n\t", max_size=80), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_text_that_fits_stays_as_it_is(text, sizes):
    assert wrapped(text, 2000, sizes) == text


@given(st.text("abc \n", max_size=200), st.integers(1, 30), st.integers(1, 7))
def test_only_blanks_before_a_break_are_replaced(text, columns, size):
    written = wrapped(text, columns, (size,))
    assert re.sub(r"\s+", "", written) == re.sub(r"\s+", "", text)
    assert written == wrapped(text, columns, (len(text) or 1,))


@pytest.mark.parametrize(
    "word", ["x" * 50, "漢字かな交じり文" * 5, "https://example.org/a/b/c/d/e"]
)
def test_what_no_row_can_hold_is_left_to_the_terminal(word):
    assert wrapped(f"an {word} b", 20).replace("\n", " ") == f"an {word} b"


def test_indentation_and_blank_lines_stay():
    code = "def f():\n    if x:\n\n        return 1\n"
    assert wrapped(code, 30) == code


def renderer(columns):
    screen = Screen(columns)
    terminal = screen.terminal()
    return screen, PlainRenderer(terminal, Messages(terminal), usage=False)


def test_an_answer_on_a_screen_breaks_between_words():
    screen, plain = renderer(20)
    plain.show(Started("mock", "mock/echo"))
    for piece in ["The quick bro", "wn fox ju", "mps over the lazy", " dog."]:
        plain.show(TextDelta(piece))
    text = "The quick brown fox jumps over the lazy dog."
    plain.show(
        Finished(
            LLMReply(text=text, provider="mock", model="m", usage=Usage(), finish_reason="stop")
        )
    )
    assert screen.rows() == ["The quick brown fox", "jumps over the lazy", "dog."]


def test_the_last_word_is_shown_if_nothing_follows_unless_it_may_grow_over_the_edge():
    screen, plain = renderer(40)
    plain.show(TextDelta("Wait for"))
    plain.refresh()
    assert screen.rows() == ["Wait for"]
    plain.show(TextDelta(" it, it is not over un"))
    plain.refresh()
    assert screen.rows() == ["Wait for it, it is not over"]
    plain.show(TextDelta("til the end"))
    plain.refresh()
    assert screen.rows() == ["Wait for it, it is not over until the"]
