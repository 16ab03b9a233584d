"""One attempt at a check: a turn is driven to its end, and what came of it is judged."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hello_llm.checks.evidence import Evidence, excerpt
from hello_llm.checks.results import Attempt, Finding, Verdict
from hello_llm.checks.suite import Check
from hello_llm.contract import ExitCode, Finished, HelloLLMError, LLMReply, Retrying
from hello_llm.engine import Turn

_SAYS_NOTHING = frozenset(
    {
        ExitCode.USAGE,
        ExitCode.RATE_LIMITED,
        ExitCode.UNREACHABLE,
        ExitCode.TIMEOUT,
        ExitCode.SERVER,
    }
)
"""Failures that come before a server has looked at what it was asked."""


def attempt(
    check: Check,
    turn: Turn,
    *,
    folder: Path,
    patience_s: float,
    on_retry: Callable[[Retrying], None],
) -> Attempt:
    """Run `turn`, which asks what `check` asks, and judge what comes of it.

    Args:
        check: says what is expected.
        turn: the call.
        folder: where programs that judge are started.
        patience_s: seconds that such a program may take; 0 sets no limit.
        on_retry: hears of every failure that is tried again.
    """
    started = time.monotonic()
    try:
        reply = _reply(turn, on_retry)
    except HelloLLMError as error:
        return _of_error(check, error, time.monotonic() - started)
    findings = _findings(check, Evidence(reply, folder, patience_s))
    verdict = Verdict.FAIL if findings else Verdict.PASS
    return Attempt(verdict, time.monotonic() - started, reply, findings)


def _of_error(check: Check, error: HelloLLMError, wall_s: float) -> Attempt:
    """Judge a call that failed: one that says nothing of what is checked is an error."""
    if error.exit_code == check.expect_error:
        return Attempt(Verdict.PASS, wall_s, error=error)
    if check.expect_error is None or error.exit_code in _SAYS_NOTHING:
        return Attempt(Verdict.ERROR, wall_s, error=error)
    got = f"{error.exit_code.name}: {error.message}"
    finding = Finding("expect_error", f"the error {check.expect_error.name}", got)
    return Attempt(Verdict.FAIL, wall_s, findings=(finding,), error=error)


def _reply(turn: Turn, on_retry: Callable[[Retrying], None]) -> LLMReply:
    with closing(turn):
        for event in turn:
            if isinstance(event, Retrying):
                on_retry(event)
            elif isinstance(event, Finished):
                return event.reply
    raise AssertionError("a turn ends with Finished or an error")


def _findings(check: Check, evidence: Evidence) -> tuple[Finding, ...]:
    if check.expect_error is not None:
        expected = f"the error {check.expect_error.name}"
        return (Finding("expect_error", expected, f"the answer {excerpt(evidence.text)!r}"),)
    found = (expectation.finding(evidence) for expectation in check.expectations)
    return tuple(finding for finding in found if finding is not None)
