"""Decides the verdict on a check from its attempts, and on the suite from its checks."""

from collections.abc import Iterable, Sequence

from hello_llm.checks.results import CheckResult, Verdict
from hello_llm.contract import ExitCode


def decide(verdicts: Sequence[Verdict], needed: int, planned: int) -> Verdict | None:
    """Return the verdict on a check after the `verdicts` on its attempts; ``None`` if undecided.

    No later attempt can change a verdict. An attempt in error counts neither for nor against the
    check. The check passes with `needed` passes, and fails once so many attempts have failed that
    all others could not make up for them. It is in error once its errors rule out both.

    Args:
        verdicts: the verdicts on the attempts so far.
        needed: how many attempts must pass.
        planned: the maximum number of attempts.
    """
    passed, failed, left = _tally(verdicts, planned)
    allowed = planned - needed
    if passed >= needed:
        return Verdict.PASS
    if failed > allowed:
        return Verdict.FAIL
    if passed + left < needed and failed + left <= allowed:
        return Verdict.ERROR
    return None


def fewest_left(verdicts: Sequence[Verdict], needed: int, planned: int) -> int:
    """Return the smallest number of further attempts that can decide; 0 if decided."""
    if decide(verdicts, needed, planned) is not None:
        return 0
    passed, failed, left = _tally(verdicts, planned)
    allowed = planned - needed
    to_pass = needed - passed
    to_fail = allowed + 1 - failed
    # Errors decide once neither a pass nor a failure is within reach.
    to_err = left - min(to_pass - 1, to_fail - 1)
    return min(to_pass, to_fail, to_err)


def exit_code(results: Iterable[CheckResult], stopped: ExitCode | None = None) -> ExitCode:
    """Return the exit code of a suite; quarantined checks do not count.

    Args:
        results: the checks in the order of the file.
        stopped: the exit code for an event that ended the run, or for an error outside the
            checks. A failed check takes precedence only over a spent budget and over a script
            that was not played to its end.
    """
    counting = [check for check in results if not check.quarantined]
    if stopped not in {None, ExitCode.BUDGET, ExitCode.USAGE}:
        return stopped
    if any(check.verdict is Verdict.FAIL for check in counting):
        return ExitCode.CHECK_FAILED
    if stopped is not None:
        return stopped
    erred = (check for check in counting if check.verdict is Verdict.ERROR)
    return next((_trouble(check) for check in erred), ExitCode.OK)


def result_line(results: Sequence[CheckResult], code: ExitCode, wall_s: float) -> str:
    """Return the summary line of a suite, from the same verdicts as its exit `code`."""
    tally = dict.fromkeys(Verdict, 0)
    for check in results:
        tally[check.verdict] += not check.quarantined
    flaky = sum(check.flaky and not check.quarantined for check in results)
    aside = sum(check.quarantined for check in results)
    parts = [
        f"{tally[Verdict.PASS]} passed" + (f" ({flaky} flaky)" if flaky else ""),
        f"{tally[Verdict.FAIL]} failed",
        f"{tally[Verdict.ERROR]} in error",
        f"{tally[Verdict.SKIPPED]} skipped",
        f"{aside} quarantined",
    ]
    told = parts[:1] + [part for part in parts[1:] if not part.startswith("0 ")]
    end = "" if code is ExitCode.OK else f": exit {code.value} ({code.name})"
    plural = "" if len(results) == 1 else "s"
    return f"{len(results)} check{plural}: {', '.join(told)} in {wall_s:.2f} s{end}"


def _tally(verdicts: Sequence[Verdict], planned: int) -> tuple[int, int, int]:
    """Count the attempts that passed, those that failed, and those that may follow."""
    passed = sum(verdict is Verdict.PASS for verdict in verdicts)
    failed = sum(verdict is Verdict.FAIL for verdict in verdicts)
    return passed, failed, planned - len(verdicts)


def _trouble(check: CheckResult) -> ExitCode:
    """Return the exit code of the first error of a check whose verdict is ``ERROR``."""
    return next(it.error.exit_code for it in check.attempts if it.error is not None)
