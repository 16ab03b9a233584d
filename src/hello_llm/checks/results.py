"""What came of a suite: its checks, the models that they were tried on, and every attempt."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import ExitCode, HelloLLMError, LLMReply


class Verdict(StrEnum):
    """What an attempt, or a check on one model, came to."""

    PASS = "pass"  # noqa: S105 - no password
    """Everything that was expected is so."""
    FAIL = "fail"
    """An answer came, and something that was expected is not so."""
    ERROR = "error"
    """No verdict on an answer: a rate limit, a server, the network, a deadline."""
    SKIPPED = "skipped"
    """It was not tried: an interrupt, the budget or the first failure came before."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One call, judged."""

    verdict: Verdict
    """Pass, fail or error."""
    wall_s: float
    """Seconds that it took."""
    reply: LLMReply | None = None
    """The answer, if one came; for an error, as far as it came."""
    mismatches: tuple[Mismatch, ...] = ()
    """What was not as expected."""
    error: HelloLLMError | None = None
    """What went wrong, if the call failed."""

    @property
    def answer(self) -> LLMReply | None:
        """The reply, or what the error kept of one."""
        if self.reply is None and self.error is not None:
            return self.error.partial
        return self.reply


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to on one model."""

    name: str
    """The check's name, unique in the suite."""
    model: str
    """The model as it was named; for the mock without one, the mock's own."""
    provider: str
    """Who was asked: ``mock`` or ``litellm``."""
    verdict: Verdict
    """The whole of it, by ``needed`` of ``planned``."""
    needed: int
    """How many attempts have to pass."""
    planned: int
    """How many attempts there may be."""
    attempts: tuple[AttemptResult, ...]
    """Those that were made, in order; fewer than planned where it was decided early."""
    line: int
    """The line of the suite file on which the check begins."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    quarantined: bool = False
    """True if what it comes to must not decide about the suite."""
    replay: str = ""
    """The command line that makes the call again, quoted for a shell; no key stands in it."""
    skipped_because: str = ""
    """Why it was not tried, or not to the end, in a phrase."""

    @property
    def flaky(self) -> bool:
        """Whether it passed, but not every time."""
        return self.verdict is Verdict.PASS and any(
            attempt.verdict is not Verdict.PASS for attempt in self.attempts
        )


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What a whole suite came to."""

    suite: Path
    """The file."""
    results: tuple[CheckResult, ...]
    """Each check on each model, in the order of the file."""
    started_at: float
    """When it began, in seconds since 1970."""
    wall_s: float
    """Seconds that it took."""
    exit_code: ExitCode
    """What the process ends with; the summary follows from the same predicate."""
