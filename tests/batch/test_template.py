"""A prompt takes the values of each row, and a value that is missing is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.batch.template import MissingValueError, Template
from hello_llm.contract import UsageError

WORDS = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=20)


@given(WORDS, WORDS, st.text(max_size=40))
def test_a_value_is_put_in_as_it_is_whatever_it_contains(before, after, value):
    template = Template(f"{before}{{{{ text }}}}{after}")
    assert template.fill({"text": value}) == f"{before}{value}{after}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        (7, "7"),
        (0.5, "0.5"),
        (True, "true"),
        (["é", 1], '["é", 1]'),
        ({"a": None}, '{"a": null}'),
        ("{{other}}", "{{other}}"),
    ],
)
def test_a_value_that_is_not_text_is_written_as_json(value, written):
    assert Template("{{a}}").fill({"a": value, "other": "no"}) == written


def test_names_may_have_blanks_and_come_more_than_once():
    template = Template("{{full name}}, {{ full name }}!")
    assert template.fill({"full name": "Ada L."}) == "Ada L., Ada L.!"


@pytest.mark.parametrize("values", [{}, {"lang": None}, {"Lang": "fr"}])
def test_a_missing_value_is_named(values):
    with pytest.raises(MissingValueError, match='no value for "lang"'):
        Template("In {{lang}}").fill(values)


@pytest.mark.parametrize("text", ["", "Say hello", "{text}", "{{}}", "{{ {x} }}"])
def test_a_prompt_without_a_place_is_a_mistake(text):
    with pytest.raises(UsageError, match="no place for the values of a row"):
        Template(text)
