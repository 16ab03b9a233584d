"""What is said of a text that is no TOML."""

import pytest

from hello_llm.settings.positions import Position
from hello_llm.settings.problems import Problem
from hello_llm.settings.toml_text import parse

QUOTES = 'text stands in quotes: model = "openai/gpt-4o-mini"'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a = 1\nb = gpt", Problem("not valid TOML: invalid value", QUOTES, Position(2, 5))),
        (b"a = 1\nb = ", Problem("not valid TOML: invalid value", QUOTES, Position(2, 5))),
        (b'a = 1\n\nb = "x', Problem("not valid TOML: unterminated string", None, Position(3, 7))),
        (b"[a]\n[a]", Problem("not valid TOML: cannot declare a twice", None, Position(2, 3))),
        (
            b"[a.b]\n[a.b]",
            Problem("not valid TOML: cannot declare a.b twice", None, Position(2, 5)),
        ),
        (b"a = 1\n\x00", Problem("not a text file: it holds a NUL byte", None, Position(2, 1))),
        (
            b"a = 1\n\xc3\xa4 = '\xff",
            Problem("not valid UTF-8", "save the file as UTF-8", Position(2, 6)),
        ),
        (b"a = " + b"[" * 9999, Problem("not a configuration: brackets are nested too deeply")),
        (b"a = 1" + b"0" * 9999, Problem("not valid TOML: a number has too many digits")),
    ],
)
def test_a_text_that_is_no_toml_is_explained_with_line_and_column(content, problem):
    assert parse(content).problem == problem


@pytest.mark.parametrize("part", ["a.", "'a' . ", '"a".\t'])
@pytest.mark.parametrize("before", ["", "[", "x = {"])
def test_a_key_without_end_is_refused_where_it_begins(before, part):
    problem = parse(f"version = 1\n{before}{part * 100}b = 1".encode()).problem

    assert problem == Problem(
        "not a configuration: a key has more than 100 parts", None, Position(2, len(before) + 1)
    )


def test_a_text_of_many_sentences_is_no_key():
    text = "It is 1.5. " * 200

    assert parse(f"system = '{text}'".encode()).data == {"system": text}


def test_the_name_of_a_table_is_not_repeated_if_it_looks_like_a_secret():
    key = b"sk-" + b"aB3d" * 12

    problem = parse(b"[%b]\n[%b]" % (key, key)).problem

    assert problem == Problem(
        "not valid TOML: a text that looks like a secret", None, Position(2, 53)
    )


def test_control_characters_of_the_file_do_not_reach_the_message():
    problem = parse(b'["\\u001b[2J"]\n["\\u001b[2J"]').problem

    assert problem == Problem(
        r"not valid TOML: cannot declare \x1b[2J twice", None, Position(2, 13)
    )


def test_a_byte_order_mark_is_no_part_of_the_text():
    document = parse(b"\xef\xbb\xbfversion = 1")

    assert (document.data, document.positions) == ({"version": 1}, {("version",): Position(1, 1)})
