"""A check is decided as soon as it can be, once and for all, and errors are no answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.checks.results import AttemptResult, CheckResult, Verdict
from hello_llm.checks.verdict import decide, exit_code, fewest_left, result_line
from hello_llm.contract import AuthError, ExitCode, RateLimitedError

PASS, FAIL, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.ERROR
ORDINARY = st.sampled_from([PASS, FAIL, ERROR])


@st.composite
def plans(draw):
    """A sequence of verdicts as long as planned, and how many have to pass."""
    verdicts = draw(st.lists(ORDINARY, min_size=1, max_size=12))
    return verdicts, draw(st.integers(1, len(verdicts)))


@given(plans())
def test_once_decided_it_stays_so(plan):
    verdicts, needed = plan
    seen = [decide(verdicts[:n], needed, len(verdicts)) for n in range(len(verdicts) + 1)]
    decided = [one for one in seen if one is not None]
    assert decided, "all attempts together decide"
    assert len(set(decided)) == 1
    assert seen[-len(decided) :] == decided


@given(plans())
def test_what_is_decided_early_is_what_all_attempts_come_to(plan):
    verdicts, needed = plan
    passed, failed = verdicts.count(PASS), verdicts.count(FAIL)
    expected = ERROR
    if passed >= needed:
        expected = PASS
    elif failed > len(verdicts) - needed:
        expected = FAIL
    assert decide(verdicts, needed, len(verdicts)) is expected


@given(plans())
def test_a_failure_is_none_that_errors_made(plan):
    verdicts, needed = plan
    healed = [PASS if one is ERROR else one for one in verdicts]
    if decide(verdicts, needed, len(verdicts)) is FAIL:
        assert decide(healed, needed, len(verdicts)) is FAIL


@given(plans(), st.data())
def test_no_fewer_attempts_than_said_decide(plan, data):
    verdicts, needed = plan
    planned = len(verdicts)
    begun = verdicts[: data.draw(st.integers(0, planned))]
    fewest = fewest_left(begun, needed, planned)
    assert (fewest == 0) == (decide(begun, needed, planned) is not None)
    if fewest:
        assert fewest <= planned - len(begun)
        more = data.draw(st.lists(ORDINARY, min_size=fewest - 1, max_size=fewest - 1))
        assert decide(begun + more, needed, planned) is None
        ways = ([one] * fewest for one in (PASS, FAIL, ERROR))
        assert any(decide(begun + way, needed, planned) is not None for way in ways)


def result(*verdicts, needed=1, error=None, quarantined=False, name="a"):
    attempts = tuple(
        AttemptResult(
            one, 0.0, error=(error or RateLimitedError("too many")) if one is ERROR else None
        )
        for one in verdicts
    )
    verdict = decide(verdicts, needed, max(len(verdicts), 1)) or Verdict.SKIPPED
    return CheckResult(
        *(name, "mock/echo", "mock", verdict, needed, len(verdicts), attempts, 1),
        quarantined=quarantined,
    )


@pytest.mark.parametrize(
    ("results", "stopped", "code"),
    [
        ([result(PASS)], None, ExitCode.OK),
        ([result(PASS), result(FAIL), result(ERROR)], None, ExitCode.CHECK_FAILED),
        ([result(ERROR), result(ERROR, error=AuthError("no"))], None, ExitCode.RATE_LIMITED),
        ([result(ERROR, error=AuthError("no")), result(ERROR)], None, ExitCode.AUTH),
        ([result(FAIL, quarantined=True)], None, ExitCode.OK),
        ([result(ERROR, quarantined=True)], None, ExitCode.OK),
        ([result(PASS), result()], ExitCode.BUDGET, ExitCode.BUDGET),
        ([result(FAIL), result()], ExitCode.BUDGET, ExitCode.CHECK_FAILED),
        ([result(FAIL), result()], ExitCode.INT, ExitCode.INT),
        ([result(PASS), result()], ExitCode.TERM, ExitCode.TERM),
    ],
)
def test_the_exit_code_of_a_suite(results, stopped, code):
    assert exit_code(results, stopped) is code


def test_the_summary_names_what_the_exit_code_says():
    results = [result(FAIL, PASS), result(FAIL), result(ERROR), result(FAIL, quarantined=True)]
    assert result_line(results, exit_code(results), 1.5) == (
        "4 checks: 1 passed (1 flaky), 1 failed, 1 in error, 1 quarantined"
        " in 1.50 s: exit 1 (CHECK_FAILED)"
    )
    assert result_line([result(PASS)], ExitCode.OK, 0.1) == "1 check: 1 passed in 0.10 s"
