"""Bytes from outside become text, or an error whose command makes text of them."""

# ruff: noqa: RUF001 - texts in other languages than English

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.text.decoding import NotTextError, check_typed, decode_text

TEXTS = {
    "ascii": "Hello, world!\n",
    "german": "Grüße aus Köln\n",
    "one": "a",
    "russian": "Привет, мир!\r\n",
    "chinese": "你好，世界。今天天气怎么样？\n我们去公园吧。\n" * 3,
    "emoji": "🙂 and then some\n",
}
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
NARROW = {
    "cp1252": "Grüße aus Köln, ein Café, naïve “quotes” — done\n",
    "latin-1": "caf\xe9",
    "cp1251": "Привет, мир! Как дела сегодня?\n",
    "koi8_r": "Привет, мир! Как дела сегодня?\n",
    "cp1253": "Γειά σου Κόσμε, τι κάνεις\n",
    "cp932": "これは日本語のテキストです。\n",
    "euc_jp": "これは日本語のテキストです。\n",
    "euc_kr": "안녕하세요. 오늘 날씨가 좋네요\n",
    "gb18030": "你好，世界。今天天气怎么样？\n",
    "big5": "你好，世界。今天天氣怎麼樣？\n",
}
ENCODED = [
    *((TEXTS[name].encode(codec), TEXTS[name]) for codec in WIDE for name in TEXTS),
    *((text.encode(codec), text) for codec, text in NARROW.items()),
]


def refused(data: bytes) -> NotTextError:
    with pytest.raises(NotTextError) as found:
        decode_text(data)
    return found.value


def converted(error: NotTextError, data: bytes) -> bytes:
    """What the command in the hint makes of `data`, run by a shell as it is printed."""
    assert error.remedy is not None
    assert error.hint.endswith(error.remedy)
    if shutil.which(error.remedy.split()[0]) is None:
        pytest.skip(f"there is no {error.remedy.split()[0]}")
    command = ["sh", "-c", error.remedy]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout


@pytest.mark.parametrize(("data", "text"), ENCODED)
def test_the_command_in_the_hint_makes_the_text_of_another_encoding(data, text):
    error = refused(data)
    assert decode_text(converted(error, data)) == text


@pytest.mark.parametrize("text", ["", "hi", "Grüß 🙂\r\n", "\ufeff"])
def test_a_mark_before_utf_8_is_dropped_once(text):
    assert decode_text(text.encode("utf-8-sig")) == text


def test_text_far_behind_is_looked_at_where_it_stops_to_be_utf_8():
    data = b"plain\n" * 100_000 + "ein Café\n".encode("cp1252")
    assert converted(refused(data), data).endswith("ein Café\n".encode())


@pytest.mark.parametrize("text", ["日本語", "Größe überall", "🙂🙂"])
def test_utf_8_that_is_cut_in_the_middle_of_a_character_loses_the_rest_of_it(text):
    data = text.encode()[:-1] if not text.isascii() and ord(text[-1]) > 0x7F else None
    data = data or text.encode() + "é".encode()[:1]
    error = refused(data)
    assert error.remedy == "iconv -c -f UTF-8 -t UTF-8"
    assert converted(error, data).decode() == data.decode(errors="ignore")


@pytest.mark.parametrize(
    ("data", "byte"), [(b"\0", 1), (b"abc\0def", 4), (b"abc\0defg", 4), (b"one\0two\0three\0", 4)]
)
def test_a_nul_is_refused_with_its_place(data, byte):
    error = refused(data)
    assert str(error) == f"holds a NUL (byte {byte})"
    assert converted(error, data) == data.replace(b"\0", b"\n")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", b"\x7fELF\2\1\1\0\xff\xfe\0", bytes(range(256))]
)
def test_what_is_no_text_in_any_encoding_is_not_to_be_converted(data):
    error = refused(data)
    assert (error.remedy, error.hint) == (None, "only text can be sent: is it the right file?")


@given(st.binary(max_size=64))
def test_all_bytes_are_text_or_explained(data):
    try:
        text: str | NotTextError = decode_text(data)
    except NotTextError as error:
        text = error
    if isinstance(text, NotTextError):
        assert all([str(text), text.hint])
    else:
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("caf\udce9", "is not UTF-8 text (byte 4)"),
        ("abc\0def", "holds a NUL (byte 4)"),
        ("half \ud83d", "is not text: it contains half of a surrogate pair"),
    ],
)
def test_a_typed_word_is_text_or_explained(typed, reason):
    with pytest.raises(NotTextError, match="^" + reason.replace("(", r"\(").replace(")", r"\)")):
        check_typed(typed)


@pytest.mark.parametrize("typed", ["", "hi", "Grüß 🙂", "\ufeffmark"])
def test_typed_text_is_left_alone(typed):
    check_typed(typed)
