"""Amounts of dollars in a file are exact to the billionth."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.text.money import decimal, dollars
from hello_llm.toml_file.document import parse
from hello_llm.toml_file.kinds import UnfitError
from hello_llm.toml_file.money import Dollars, written


def in_a_file(text: str) -> object:
    return parse(f"usd = {text}".encode()).data["usd"]


@pytest.mark.parametrize(
    ("text", "nano_usd"),
    [
        ("0", 0),
        ("5", 5_000_000_000),
        ("0.1", 100_000_000),
        ("0.10", 100_000_000),
        ('"0.10"', 100_000_000),
        ("0.000000001", 1),
        ("1e-9", 1),
        ("1_000.5", 1_000_500_000_000),
        ("123456789.123456789", 123_456_789_123_456_789),
        ('"123456789.123456789"', 123_456_789_123_456_789),
        ("1_000_000_000", 10**18),
    ],
)
def test_no_digit_is_lost(text, nano_usd):
    assert Dollars().check(in_a_file(text)) == nano_usd


@pytest.mark.parametrize(
    "text",
    [
        *("-1", "-0.5", "1_000_000_001", "1e300", "1e999", "nan", "-inf", "inf", "true", "[1]"),
        *('""', '"5 USD"', '"$5"', '"1e3"', '"+5"', '".5"', '"5."', '"٣"', '"5\\n"'),
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(UnfitError, match=r"^must be an amount of US dollars from 0 to 1000000000"):
        Dollars().check(in_a_file(text))


@pytest.mark.parametrize("text", ["0.0000000001", "1.0000000001", '"0.12345678901"', "1e-400"])
def test_what_is_finer_than_a_billionth_is_refused(text):
    with pytest.raises(UnfitError, match=r"^must have at most 9 decimal places, unlike "):
        Dollars().check(in_a_file(text))


@given(st.integers(0, 10**18))
def test_an_amount_that_is_shown_is_read_as_the_same(nano_usd):
    digits = decimal(nano_usd)
    assert Dollars().check(digits) == nano_usd
    assert Dollars().check(Dollars().read(digits)) == nano_usd
    assert Dollars().check(in_a_file(digits)) == nano_usd
    assert Dollars().check(written(digits)) == nano_usd


@given(st.floats(allow_nan=False))
def test_other_floats_of_a_file_are_as_ever(number):
    text = f"x = {number!r}"
    assert parse(text.encode()).data == tomllib.loads(text)


@pytest.mark.parametrize(
    ("nano_usd", "shown"),
    [(0, "$0"), (1, "$0.000000001"), (400, "$0.0000004"), (10**9, "$1.00"), (10**12, "$1,000.00")],
)
def test_dollars_are_shown_exactly(nano_usd, shown):
    assert dollars(nano_usd) == shown
