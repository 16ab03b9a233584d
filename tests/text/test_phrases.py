"""How names and values stand in a sentence."""

import datetime as dt

import pytest

from hello_llm.text import phrases


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 漢", "plain ä 漢"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("\x9b\u202e\u2028\n", r"\x9b\u202e\u2028\n"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_does_not_print_is_shown_as_an_escape(text, shown):
    assert phrases.printable(text) == shown


def test_a_secret_is_never_quoted():
    key = "ghp_" + "aB3d" * 9

    assert phrases.quoted(key) == "a text that looks like a secret"
    assert phrases.name(key) == "a text that looks like a secret"
    assert phrases.value(key) == "a text that looks like a secret"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a", '"a"'),
        (True, "true"),
        (1.50, "1.5"),
        (3, "3"),
        ([], "a list"),
        ({}, "a table"),
        (dt.date(2026, 1, 1), "a date or time"),
    ],
)
def test_a_value_is_shown_as_a_file_holds_it(given, shown):
    assert phrases.value(given) == shown


@pytest.mark.parametrize(
    ("words", "sentence"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words, sentence):
    assert phrases.listed(words) == sentence


def test_only_the_start_of_words_is_compared():
    known = ["b", "a" * 99, "a" * 60]
    assert phrases.by_nearness("a" * 200_000, known) == ["a" * 99, "a" * 60, "b"]


def test_the_words_most_alike_come_first():
    assert phrases.by_nearness("ollma", ["ci", "openai", "ollama"]) == ["ollama", "openai", "ci"]
