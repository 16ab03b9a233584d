"""What the reports say of a check."""

import pytest

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.reports.wording import complaint, headline, kind, reason, score, trouble
from hello_llm.checks.results import AttemptResult, Verdict
from hello_llm.rendering.json.document import document
from tests.checks.reports.golden import REPORTS
from tests.checks.reports.results import (
    LIMITED,
    OTHER,
    REFUSED,
    SECRET,
    TEXTS,
    broken,
    check,
    right,
    suite,
    wrong,
)

WRONG_ERROR = AttemptResult(Verdict.FAIL, 0.2, mismatches=(OTHER,), error=REFUSED)
AS_THEY_ARE = Texts(str, str, document)


@pytest.mark.parametrize(
    ("attempts", "why", "expected"),
    [
        ((), "", "not tried"),
        ((), "the budget is spent", "not tried: the budget is spent"),
        ((right(), wrong()), "", "1 of 2 attempts passed, 2 of 3 needed"),
        (
            (right(), wrong()),
            "interrupted",
            "1 of 2 attempts passed, 2 of 3 needed; no more were tried: interrupted",
        ),
        ((), "one\r\ntwo \x1b[2J\u202e", "not tried: one two \\x1b[2J\\u202e"),
    ],
)
def test_the_score_says_what_was_tried_and_why_no_more(attempts, why, expected):
    tried = check("it", Verdict.SKIPPED, *attempts, needed=2, planned=3, skipped_because=why)
    assert score(tried) == expected


@pytest.mark.parametrize("name", REPORTS)
def test_a_reason_for_skipping_brings_neither_a_secret_nor_a_line_into_a_report(name):
    why = f"{SECRET}\nok 9 - owned came first"
    attempts = (wrong(), right())
    tried = [
        check("untried", Verdict.SKIPPED, skipped_because=why),
        check("half", Verdict.SKIPPED, *attempts, planned=3, skipped_because=why),
        check("failed", Verdict.FAIL, *attempts, planned=3, skipped_because=why),
    ]
    report = REPORTS[name](suite(*tried))
    assert SECRET not in report
    assert "\nok 9 - owned" not in report
    assert "[redacted]" in report


def test_of_one_attempt_the_headline_says_why_and_of_several_how_many_passed_too():
    one = check("it", Verdict.FAIL, wrong())
    assert headline(one, TEXTS) == "equals: expected Yes., got No."
    several = check("it", Verdict.FAIL, wrong(), wrong(), needed=2)
    assert headline(several, TEXTS) == (
        "0 of 2 attempts passed, 2 of 2 needed; equals: expected Yes., got No."
    )


def test_a_wrong_error_is_named_by_its_finding():
    assert kind(WRONG_ERROR) == "expect_error"
    expected = "expect_error: expected the error AUTH, got REQUEST: there is no such model"
    assert reason(WRONG_ERROR, TEXTS) == expected


def test_a_complaint_tells_an_error_once():
    assert complaint(WRONG_ERROR, TEXTS) == (
        "expect_error\nexpected: the error AUTH\ngot: REQUEST: there is no such model\n"
        "hint: hello-llm doctor"
    )
    assert complaint(broken(LIMITED), TEXTS) == (
        "RATE_LIMITED: too many requests\nhint: wait, or --retries 5"
    )


def test_an_error_that_no_finding_tells_stands_beside_the_findings():
    both = AttemptResult(Verdict.FAIL, 0.2, mismatches=(Mismatch("exec", "0", "1"),), error=REFUSED)
    assert complaint(both, AS_THEY_ARE) == (
        "exec\nexpected: 0\ngot: 1\nREQUEST: there is no such model\nhint: hello-llm doctor"
    )


def test_an_answer_brings_no_trouble():
    assert trouble(right()) == []
