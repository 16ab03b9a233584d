"""Provides the statements about a check that all reports share, and their wording."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from statistics import median
from typing import Self

from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict
from hello_llm.contract import LLMReply
from hello_llm.text.phrases import printable


class Status(StrEnum):
    """The status of a check in a report, worst first."""

    FAIL = "fail"
    """It failed, and so did the suite."""
    ERROR = "error"
    """Errors left it undecided."""
    QUARANTINED = "quarantined"
    """It failed or erred, but must not affect the outcome of the suite."""
    FLAKY = "flaky"
    """It passed, but not every time."""
    SKIPPED = "skipped"
    """It was not tried, or was cut short."""
    PASS = "pass"  # noqa: S105 - no password
    """It passed every time."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The total usage of checks; ``None`` if a reply does not report it, or without replies."""

    tokens_in: int | None
    """Tokens of the prompts."""
    tokens_out: int | None
    """Tokens of the replies."""
    usd_micros: int | None
    """Cost in millionths of a US dollar."""
    latency_ms: int | None
    """Median latency of the attempts, in milliseconds."""

    @classmethod
    def of(cls, checks: Iterable[CheckResult]) -> Self:
        """Return the figures of all attempts of `checks`."""
        replies = (attempt.answer for check in checks for attempt in check.attempts)
        usages = [reply.usage for reply in replies if reply is not None]
        latencies = [usage.latency_ms for usage in usages if usage.latency_ms is not None]
        return cls(
            tokens_in=_total(usage.tokens_in for usage in usages),
            tokens_out=_total(usage.tokens_out for usage in usages),
            usd_micros=_total(usage.usd_micros for usage in usages),
            latency_ms=round(median(latencies)) if latencies else None,
        )

    @property
    def dollars(self) -> str | None:
        """The cost in US dollars, to the millionth."""
        if self.usd_micros is None:
            return None
        return f"{self.usd_micros // 10**6}.{self.usd_micros % 10**6:06}"


def status_of(check: CheckResult) -> Status:
    """Return the status of `check` in a report."""
    if check.quarantined and check.verdict in {Verdict.FAIL, Verdict.ERROR}:
        return Status.QUARANTINED
    return Status.FLAKY if check.flaky else Status(check.verdict.value)


def counts(checks: Iterable[CheckResult]) -> dict[Status, int]:
    """Count `checks` by status; every status is present."""
    counted = Counter(map(status_of, checks))
    return {known: counted[known] for known in Status}


def counts_phrase(result: SuiteResult) -> str:
    """Return the counts other than 0 as a phrase: ``1 fail, 3 pass``."""
    told = [f"{count} {known}" for known, count in counts(result.results).items() if count]
    return ", ".join(told) or "no checks"


def passed(check: CheckResult) -> int:
    """Count the attempts that passed."""
    return sum(attempt.verdict is Verdict.PASS for attempt in check.attempts)


def tally(check: CheckResult) -> str:
    """Return a phrase that gives the attempts that passed and those needed."""
    if not check.attempts:
        return "not tried"
    made = f"{passed(check)} of {len(check.attempts)} attempts passed"
    return f"{made}, {check.needed} of {check.planned} needed"


def score(check: CheckResult) -> str:
    """Return :func:`tally` of `check`, and the reason if it was skipped or cut short.

    The reason can name a check, so it is put on one line; secrets are not removed from it.
    """
    why = printable(" ".join(check.skipped_because.split()))
    if not why:
        return tally(check)
    return f"{tally(check)}; no more were tried: {why}" if check.attempts else f"not tried: {why}"


def telling(check: CheckResult) -> AttemptResult | None:
    """Return the most telling attempt: the first with the verdict of `check`, else the last."""
    alike = (attempt for attempt in check.attempts if attempt.verdict is check.verdict)
    return next(alike, check.attempts[-1] if check.attempts else None)


def not_passed(check: CheckResult) -> list[tuple[int, AttemptResult]]:
    """Return the attempts that did not pass, each with its number, counted from 1."""
    numbered = enumerate(check.attempts, 1)
    return [(number, it) for number, it in numbered if it.verdict is not Verdict.PASS]


def kind(attempt: AttemptResult) -> str:
    """Return the failure in one word: the name of an exit code or of an assertion."""
    if attempt.mismatches:
        return attempt.mismatches[0].assertion
    return attempt.verdict.value if attempt.error is None else attempt.error.exit_code.name


def reason(attempt: AttemptResult | None, texts: Texts) -> str:
    """Return, on one line, why `attempt` did not pass; empty if there is no reason."""
    if attempt is None:
        return ""
    if not attempt.mismatches:
        error = attempt.error
        return "" if error is None else texts.line(f"{error.exit_code.name}: {error.message}")
    first, more = attempt.mismatches[0], len(attempt.mismatches) - 1
    expected, got = texts.line(first.expected), texts.line(first.got)
    also = f" (and {more} more)" if more else ""
    return f"{texts.line(first.assertion)}: expected {expected}, got {got}{also}"


def headline(check: CheckResult, texts: Texts) -> str:
    """Return, on one line, the score of `check` and why it did not pass every time.

    With only one planned attempt, the reason alone is enough.
    """
    failed = not_passed(check)
    shown = (
        telling(check) if check.verdict is not Verdict.PASS else (failed[0][1] if failed else None)
    )
    why = reason(shown, texts)
    if why and check.planned == 1:
        return why
    told = texts.line(score(check))
    return f"{told}; {why}" if why else told


def complaint(attempt: AttemptResult, texts: Texts) -> str:
    """Return the mismatches, the error and the answer of `attempt`, on several lines."""
    parts = [
        f"{texts.line(mismatch.assertion)}\nexpected: {texts.block(mismatch.expected)}\n"
        f"got: {texts.block(mismatch.got)}"
        for mismatch in attempt.mismatches
    ]
    parts += [texts.block(line) for line in trouble(attempt)]
    reply = attempt.answer
    if reply is not None and reply.text:
        parts.append(f"{heading(reply)}:\n{texts.block(reply.text)}")
    return "\n".join(parts)


def trouble(attempt: AttemptResult) -> list[str]:
    """Return the error of `attempt`, unless a mismatch already states it, and the hint."""
    if attempt.error is None:
        return []
    message = f"{attempt.error.exit_code.name}: {attempt.error.message}"
    told = [] if message in {mismatch.got for mismatch in attempt.mismatches} else [message]
    return [*told, f"hint: {attempt.error.hint}"] if attempt.error.hint else told


def heading(reply: LLMReply) -> str:
    """Return the heading for the text of `reply`."""
    return "answer" if reply.complete else "answer as far as it came"


def took(seconds: float) -> str:
    """Format a time in seconds, to the millisecond and without a unit."""
    return f"{max(seconds, 0.0):.3f}"


def started(result: SuiteResult) -> str:
    """Return the start time of the suite in ISO 8601 format, in UTC."""
    return datetime.fromtimestamp(result.started_at, UTC).isoformat(timespec="seconds")


def by_model(result: SuiteResult) -> list[Sequence[CheckResult]]:
    """Group the checks by provider and model, in the order of the suite."""
    grouped: dict[tuple[str, str], list[CheckResult]] = {}
    for check in result.results:
        grouped.setdefault((check.provider, check.model), []).append(check)
    return list(grouped.values())


def _total(figures: Iterable[int | None]) -> int | None:
    known = list(figures)
    told = [figure for figure in known if figure is not None]
    return sum(told) if told and len(told) == len(known) else None
