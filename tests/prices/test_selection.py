"""Models are chosen by name, vendor, ability and price; what is unknown never counts as known."""

from datetime import date
from decimal import Decimal

import pytest

from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.prices.model import Model
from hello_llm.prices.rates import Kind, Rate
from hello_llm.prices.selection import Selection, similar


def model(name, *can, output=None, **known):
    rates = () if output is None else (Rate(Kind.OUTPUT, Decimal(output) / 1_000_000),)
    capabilities = dict.fromkeys(CAPABILITIES) | dict.fromkeys(can, True)
    return Model(name, rates=rates, capabilities=capabilities, **known)


MODELS = [
    model("openai/b", "vision", output="2", context=5),
    model("openai/A", "vision", "tools", output="0.5", retires=date(2027, 1, 1)),
    model("gemini/c.flash", context=9),
]


def names(**how):
    return [one.name for one in Selection(**how).of(MODELS)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", ["gemini/c.flash", "openai/A", "openai/b"]),
        ("a", ["gemini/c.flash", "openai/A", "openai/b"]),
        ("OPENAI/a", ["openai/A"]),
        ("openai/*", ["openai/A", "openai/b"]),
        ("*/?", ["openai/A", "openai/b"]),
        ("a*", []),
        ("*[bc].*", ["gemini/c.flash"]),
        ("c.f", ["gemini/c.flash"]),
        ("show", []),
    ],
)
def test_a_pattern_is_a_part_of_the_name_or_a_glob_of_all_of_it(pattern, found):
    assert names(pattern=pattern) == found


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"can": ("vision",)}, ["openai/A", "openai/b"]),
        ({"can": ("vision", "tools")}, ["openai/A"]),
        ({"can": ("schema",)}, []),
        ({"max_price": Decimal("0.5")}, ["openai/A"]),
        ({"max_price": Decimal("0.49")}, []),
        ({"vendor": "gemini"}, ["gemini/c.flash"]),
        ({"vendor": "gem"}, []),
    ],
)
def test_only_what_is_known_to_fit_is_chosen(how, found):
    assert names(**how) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["gemini/c.flash", "openai/A", "openai/b"]),
        ("output", ["openai/A", "openai/b", "gemini/c.flash"]),
        ("input", ["gemini/c.flash", "openai/A", "openai/b"]),
        ("context", ["gemini/c.flash", "openai/b", "openai/A"]),
        ("max-output", ["gemini/c.flash", "openai/A", "openai/b"]),
        ("retires", ["openai/A", "gemini/c.flash", "openai/b"]),
    ],
)
def test_what_is_unknown_comes_last_in_every_order(sort, order):
    assert names(sort=sort) == order


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("openai/gpt-4o-mni", ["openai/gpt-4o-mini"]), ("cladue", ["claude"]), ("zzzzzz", [])],
)
def test_a_misspelt_pattern_is_recognised(typed, meant):
    assert similar(typed, ["openai/gpt-4o-mini", "anthropic/claude-haiku"]) == meant
