"""Makes one attempt at a check: runs a turn to its end and judges the outcome."""

import time
from contextlib import closing

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.mismatches import Bench, find_mismatches
from hello_llm.checks.results import AttemptResult, Verdict
from hello_llm.checks.suite import Check
from hello_llm.contract import ExitCode, HelloLLMError, LLMReply, fold
from hello_llm.engine import Turn
from hello_llm.judge.excerpts import excerpt

_SAYS_NOTHING = frozenset(
    {
        ExitCode.USAGE,
        ExitCode.RATE_LIMITED,
        ExitCode.UNREACHABLE,
        ExitCode.TIMEOUT,
        ExitCode.SERVER,
        ExitCode.BUDGET,
    }
)
"""Failures that occur before a server has looked at the request."""

_LEAST_S = 0.5
"""The minimum time for judging an answer in seconds, however late the answer arrived."""


def attempt(check: Check, turn: Turn, bench: Bench) -> AttemptResult:
    """Run `turn`, which makes the call of `check`, and judge the outcome.

    Args:
        check: the check, with its expectations.
        turn: the call.
        bench: where to judge the answer, and for how long.

    Raises:
        GoneError: the run is over.
    """
    started = time.monotonic()
    try:
        with closing(turn):
            reply = fold(turn)
    except HelloLLMError as error:
        return _of_error(check, error, time.monotonic() - started)
    try:
        found = _mismatches(check, reply, bench, started)
    except HelloLLMError as error:
        return AttemptResult(Verdict.ERROR, time.monotonic() - started, reply, error=error)
    verdict = Verdict.FAIL if found else Verdict.PASS
    return AttemptResult(verdict, time.monotonic() - started, reply, found)


def _of_error(check: Check, error: HelloLLMError, wall_s: float) -> AttemptResult:
    """Judge a failed call; a failure that says nothing about the check is an error."""
    if error.exit_code == check.expect_error:
        return AttemptResult(Verdict.PASS, wall_s, error=error)
    if check.expect_error is None or error.exit_code in _SAYS_NOTHING:
        return AttemptResult(Verdict.ERROR, wall_s, error=error)
    got = f"{error.exit_code.name}: {error.message}"
    mismatch = Mismatch("expect_error", f"the error {check.expect_error.name}", got)
    return AttemptResult(Verdict.FAIL, wall_s, mismatches=(mismatch,), error=error)


def _mismatches(
    check: Check, reply: LLMReply, bench: Bench, started: float
) -> tuple[Mismatch, ...]:
    if check.expect_error is not None:
        expected = f"the error {check.expect_error.name}"
        return (Mismatch("expect_error", expected, f"the answer {excerpt(reply.text)!r}"),)
    left_s = max(_LEAST_S, started + bench.timeout_s - time.monotonic())
    return find_mismatches(check.expectations, reply, bench, left_s)
