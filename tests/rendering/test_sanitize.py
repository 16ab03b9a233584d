"""Nothing in a text can act on a terminal or hide in it."""

import re
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.rendering.sanitize import Sanitizer, sanitize

_KEPT_FORMATS = frozenset(
    # Signs that are seen: Arabic number signs, Syriac and Kaithi marks.
    [*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]
)
_HOSTILE = st.text(
    st.sampled_from(
        "a \n\t\r\x1b[]\x07\x9b\x00\x7f\u202e\u200d\ufe0f\U0001f469\u200b\ud83d\ude00é1#"
    )
)


def _unseen(character: str) -> bool:
    category = unicodedata.category(character)
    unicode_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return (category in {"Cc", "Cf", "Cs", "Zl", "Zp"} or unicode_noncharacter) and ord(
        character
    ) not in _KEPT_FORMATS


def test_every_character_that_is_not_seen_becomes_visible():
    """All of Unicode, each alone after a letter; tab and newline are what they are."""
    passed = {
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if _unseen(character) and character in sanitize("a" + character + "b")
    }
    assert passed == {"\t", "\n"}


def test_every_character_that_is_seen_passes():
    seen = "".join(
        c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c)[0] in "LNPS"
    )
    hidden = {"\u115f", "\u1160", "\u3164", "\uffa0"}  # Hangul fillers: letters that show nothing
    expected = "".join(f"<U+{ord(c):04X}>" if c in hidden else c for c in seen)
    assert sanitize(seen) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x1b]8;;http://x\x1b\\", "␛]8;;http://x␛\\"),
        ("\x1b[2J\x1b[6n\x1bP", "␛[2J␛[6n␛P"),
        ("\x9b31m", "<U+009B>31m"),
        ("\x00\x08\x0b\x0c\x7f", "␀␈␋␌␡"),
        ("over\rwrite", "over␍write"),
        ("a\r\nb\n\r", "a\nb\n␍"),
        ("\u202etxt.exe\u2066\u200e\u061c", "<U+202E>txt.exe<U+2066><U+200E><U+061C>"),
        ("\U000e0041", "<U+E0041>"),
        ("\ud83d!", "<U+D83D>!"),
        ("\u2028\u2029\ufff9\ufeff\u200b", "<U+2028><U+2029><U+FFF9><U+FEFF><U+200B>"),
        ("\ufdd0\uffff\U0001fffe", "<U+FDD0><U+FFFF><U+1FFFE>"),
        ("a\u200db\ufe0fc\u200c", "a<U+200D>b<U+FE0F>c<U+200C>"),
        ("\U0001f600\ufe0f\ufe0f\ufe0f", "\U0001f600\ufe0f<U+FE0F><U+FE0F>"),
    ],
)
def test_what_was_stopped_is_shown(text, shown):
    assert sanitize(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain\ttext\n",
        "👩\u200d👩\u200d👧\u200d👦 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈 👋🏽",
        "می\u200cخواهم",  # noqa: RUF001 - Persian needs its non-joiner
        "क्\u200dष",
        "葛\U000e0100",
        "e\u0301 ñ 漢字 नमस्ते",
    ],
)
def test_emoji_and_scripts_that_need_joiners_pass(text):
    assert sanitize(text) == text


@given(_HOSTILE, st.lists(st.integers(0, 40)))
def test_where_a_text_is_split_makes_no_difference(text, cuts):
    sanitizer = Sanitizer()
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(bounds)]
    assert "".join(map(sanitizer.feed, pieces)) + sanitizer.close() == sanitize(text)


@given(st.one_of(st.text(), _HOSTILE))
def test_no_control_character_is_ever_left(text):
    assert (
        re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", sanitize(text))
        is None
    )


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_handed_on_at_once(text):
    assert Sanitizer().feed(text) == text


def test_a_pair_split_over_two_chunks_is_joined():
    sanitizer = Sanitizer()
    assert [sanitizer.feed("a\ud83d"), sanitizer.feed("\ude00b"), sanitizer.close()] == [
        "a",
        "😀b",
        "",
    ]


def test_a_line_end_split_over_two_chunks_is_one():
    sanitizer = Sanitizer()
    assert [sanitizer.feed("a\r"), sanitizer.feed("\nb\r"), sanitizer.close()] == ["a", "\nb", "␍"]
