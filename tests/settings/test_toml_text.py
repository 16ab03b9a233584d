"""What is said of a text that is no TOML."""

from hello_llm.settings.problems import Problem
from hello_llm.settings.toml_text import parse
from hello_llm.toml_file.positions import Position


def test_a_text_that_is_no_toml_is_a_problem_and_no_document():
    document = parse(b"a = 1\nb = gpt")

    assert (document.data, document.positions) == ({}, {})
    assert document.problem == Problem(
        "not valid TOML: invalid value",
        'text stands in quotes: model = "openai/gpt-4o-mini"',
        Position(2, 5),
    )
    assert parse(b"\xff").problem == Problem(
        "not valid UTF-8", "save the file as UTF-8", Position(1, 1)
    )


def test_a_text_that_is_toml_has_no_problem():
    document = parse(b"version = 1")

    assert (document.data, document.positions) == ({"version": 1}, {("version",): Position(1, 1)})
    assert document.problem is None


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
