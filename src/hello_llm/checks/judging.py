"""One attempt at a check: a turn is driven to its end, and what came of it is judged."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hello_llm.checks.evidence import Evidence, excerpt
from hello_llm.checks.results import Attempt, Finding, Verdict
from hello_llm.checks.suite import Check
from hello_llm.contract import Finished, HelloLLMError, LLMReply, Retrying
from hello_llm.engine import Turn


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
        verdict = Verdict.PASS if error.exit_code == check.expect_error else Verdict.ERROR
        return Attempt(verdict, time.monotonic() - started, error=error)
    findings = _findings(check, Evidence(reply, folder, patience_s))
    verdict = Verdict.FAIL if findings else Verdict.PASS
    return Attempt(verdict, time.monotonic() - started, reply, findings)


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
