"""Surrogate pairs that came apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.text.surrogates import SurrogateJoiner, join_surrogates

_PIECES = st.lists(st.text(st.sampled_from("aé😀\ud83d\ude00\udc00")))


@given(_PIECES)
def test_pieces_are_joined_like_the_whole_text(pieces):
    joiner = SurrogateJoiner()
    joined = "".join(map(joiner.feed, pieces)) + joiner.close()
    whole = "".join(pieces).encode("utf-16-le", "surrogatepass")
    assert joined == whole.decode("utf-16-le", "surrogatepass") == join_surrogates("".join(pieces))


@given(_PIECES)
def test_a_half_without_its_other_half_can_be_replaced(pieces):
    joiner = SurrogateJoiner(replace=True)
    joined = "".join(map(joiner.feed, pieces)) + joiner.close()
    whole = "".join(pieces).encode("utf-16-le", "surrogatepass")
    assert joined == whole.decode("utf-16-le", "replace")


def test_text_without_halves_passes_at_once():
    joiner = SurrogateJoiner()
    assert joiner.feed("é😀") == "é😀"


@pytest.mark.parametrize(
    ("chunks", "passed", "rest"),
    [
        (["ab", "c"], ["ab", "c"], ""),
        (["a\ud83d", "\ude00"], ["a", "😀"], ""),
        (["\ud83d", "x"], ["", "\ud83dx"], ""),
        (["\ude00"], ["\ude00"], ""),
        (["x\ud83d"], ["x"], "\ud83d"),
    ],
)
def test_only_half_a_pair_is_held_back(chunks, passed, rest):
    joiner = SurrogateJoiner()
    assert [joiner.feed(chunk) for chunk in chunks] == passed
    assert joiner.close() == rest
