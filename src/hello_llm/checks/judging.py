"""One attempt at a check: a turn is driven to its end, and what came of it is judged."""

import time
from collections.abc import Callable
from contextlib import closing

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.mismatches import Bench, find_mismatches
from hello_llm.checks.results import AttemptResult, Verdict
from hello_llm.checks.suite import Check
from hello_llm.contract import ExitCode, Finished, HelloLLMError, LLMReply, Retrying
from hello_llm.engine import Turn
from hello_llm.judge.excerpts import excerpt

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


_LEAST_S = 0.5
"""The time that an answer is judged in, however late it came."""


def attempt(
    check: Check, turn: Turn, bench: Bench, on_retry: Callable[[Retrying], None]
) -> AttemptResult:
    """Run `turn`, which asks what `check` asks, and judge what comes of it.

    Args:
        check: says what is expected.
        turn: the call.
        bench: where and how long the answer may be judged.
        on_retry: hears of every failure that is tried again.

    Raises:
        GoneError: the run is over.
    """
    started = time.monotonic()
    try:
        reply = _reply(turn, on_retry)
    except HelloLLMError as error:
        return _of_error(check, error, time.monotonic() - started)
    try:
        found = _mismatches(check, reply, bench, started)
    except HelloLLMError as error:
        return AttemptResult(Verdict.ERROR, time.monotonic() - started, reply, error=error)
    verdict = Verdict.FAIL if found else Verdict.PASS
    return AttemptResult(verdict, time.monotonic() - started, reply, found)


def _of_error(check: Check, error: HelloLLMError, wall_s: float) -> AttemptResult:
    """Judge a call that failed: one that says nothing of what is checked is an error."""
    if error.exit_code == check.expect_error:
        return AttemptResult(Verdict.PASS, wall_s, error=error)
    if check.expect_error is None or error.exit_code in _SAYS_NOTHING:
        return AttemptResult(Verdict.ERROR, wall_s, error=error)
    got = f"{error.exit_code.name}: {error.message}"
    mismatch = Mismatch("expect_error", f"the error {check.expect_error.name}", got)
    return AttemptResult(Verdict.FAIL, wall_s, mismatches=(mismatch,), error=error)


def _reply(turn: Turn, on_retry: Callable[[Retrying], None]) -> LLMReply:
    with closing(turn):
        for event in turn:
            if isinstance(event, Retrying):
                on_retry(event)
            elif isinstance(event, Finished):
                return event.reply
    raise AssertionError("a turn ends with Finished or an error")


def _mismatches(
    check: Check, reply: LLMReply, bench: Bench, started: float
) -> tuple[Mismatch, ...]:
    if check.expect_error is not None:
        expected = f"the error {check.expect_error.name}"
        return (Mismatch("expect_error", expected, f"the answer {excerpt(reply.text)!r}"),)
    left_s = max(_LEAST_S, started + bench.timeout_s - time.monotonic())
    return find_mismatches(check.expectations, reply, bench, left_s)
