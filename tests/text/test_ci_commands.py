"""No text is a command to a CI system once it is disarmed, and a reader still knows it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.text.ci_commands import disarmed, disarmed_json
from tests.cli.ci_logs import HOSTILE, obeyed

TEXTS = st.lists(
    st.sampled_from([":", "::", "#", "##", "[", "]", " ", "\t", "\n", "\r", "\u2003", "\xa0"])
    | st.sampled_from(["vso[", "VSO[", "teamcity[", "error", "add-mask", "x"]),
    max_size=20,
).map("".join)


def test_the_sample_holds_commands():
    assert len(obeyed(HOSTILE)) == 7


@given(TEXTS | st.just(HOSTILE))
def test_a_disarmed_text_holds_no_command(text):
    shown = disarmed(text)
    assert obeyed(shown) == []
    assert shown.replace(" ", "") == text.replace(" ", "")


@given(TEXTS | st.just(HOSTILE))
def test_disarmed_json_holds_no_command_and_says_the_same(text):
    written = disarmed_json(json.dumps({"text": text}, ensure_ascii=False))
    assert obeyed(written) == []
    assert json.loads(written) == {"text": text}


@pytest.mark.parametrize(
    "text", ["# a heading", "## [a link](b)", "std::vector", "a :: b", "x = y[::2]", "C#[1]"]
)
def test_ordinary_text_stays(text):
    assert disarmed(text) == text
