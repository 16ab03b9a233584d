"""An attempt ends with its deadline, also while it is judged."""

import os

import pytest

from hello_llm.checks.assertions.table import Expectation
from hello_llm.checks.mismatches import Bench, find_mismatches
from hello_llm.contract import DeadlineError, LLMReply, Usage
from hello_llm.judge.pool import Judges

ENDLESS = Expectation("regex", "^(a+)+$")
REPLY = LLMReply("a" * 60 + "!", "mock", "mock/echo", Usage(), "stop")


@pytest.fixture(scope="module")
def bench():
    with Judges() as judges:
        yield Bench(judges, environ={"PATH": os.defpath}, timeout_s=3.0)


def test_what_is_not_decided_in_time_is_an_error_that_names_the_deadline(bench):
    with pytest.raises(DeadlineError) as raised:
        find_mismatches([Expectation("contains", "a"), ENDLESS], REPLY, bench, 0.3)
    assert raised.value.message == "regex was not decided within 3 s (the total deadline)"


@pytest.mark.parametrize("fails", [Expectation("contains", "b"), Expectation("not_regex", "a")])
def test_what_is_known_to_fail_fails_whatever_else_is_not_decided(bench, fails):
    slow = Expectation("exec", ["sleep", "1000"])
    found = find_mismatches([slow, Expectation("min_chars", 1), fails], REPLY, bench, 0.5)
    assert [one.assertion for one in found] == ["exec", fails.name]
    assert (found[0].expected, found[0].got) == (
        "exit code 0 of sleep 1000",
        "no verdict within 3 s",
    )
