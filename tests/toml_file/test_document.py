"""A text that is no TOML is refused, with the reason and its place."""

import pytest

from hello_llm.toml_file.document import Document, parse
from hello_llm.toml_file.positions import Position
from hello_llm.toml_file.problems import Problem

QUOTES = 'text needs quotes: model = "openai/gpt-4o-mini"'
KEY = b"sk-" + b"aB3d" * 12


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"a = 1\nb = gpt", ("not valid TOML: invalid value", QUOTES, Position(2, 5))),
        (b"a = 1\nb = ", ("not valid TOML: invalid value", QUOTES, Position(2, 5))),
        (b'a = 1\n\nb = "x', ("not valid TOML: unterminated string", None, Position(3, 7))),
        (b"[a]\n[a]", ("not valid TOML: cannot declare a twice", None, Position(2, 3))),
        (b"[a.b]\n[a.b]", ("not valid TOML: cannot declare a.b twice", None, Position(2, 5))),
        (b"a = 1\n\x00", ("not a text file: it contains a NUL byte", None, Position(2, 1))),
        (
            b"a = 1\n\xc3\xa4 = '\xff",
            ("not valid UTF-8", "save the file as UTF-8", Position(2, 6)),
        ),
        (
            b"\xef\xbb\xbf\xff",
            ("not valid UTF-8", "save the file as UTF-8", Position(1, 1)),
        ),
        (
            b"[%b]\n[%b]" % (KEY, KEY),
            ("not valid TOML: a text that looks like a secret", None, Position(2, 53)),
        ),
        (
            b'["\\u001b[2J"]\n["\\u001b[2J"]',
            (r"not valid TOML: cannot declare \x1b[2J twice", None, Position(2, 13)),
        ),
        (b"a = " + b"[" * 9999, ("brackets are nested too deeply", None, None)),
        (b"a = 1" + b"0" * 9999, ("not valid TOML: a number has too many digits", None, None)),
    ],
)
def test_a_text_that_is_no_toml_is_explained_with_line_and_column(content, refusal):
    document = parse(content)

    assert document.problem == Problem(*refusal)
    assert (document.data, document.positions) == ({}, {})


@pytest.mark.parametrize("part", ["a.", "'a' . ", '"a".\t'])
@pytest.mark.parametrize("before", ["", "[", "x = {"])
def test_a_key_without_end_is_refused_where_it_begins(before, part):
    problem = parse(f"version = 1\n{before}{part * 100}b = 1".encode()).problem

    assert problem == Problem("a key has more than 100 parts", None, Position(2, len(before) + 1))


def test_a_text_of_many_sentences_is_no_key():
    text = "It is 1.5. " * 200

    assert parse(f"system = '{text}'".encode()).data == {"system": text}


def test_a_byte_order_mark_is_no_part_of_the_text():
    document = parse(b"\xef\xbb\xbfversion = 1")

    assert document == Document({"version": 1}, {("version",): Position(1, 1)})
