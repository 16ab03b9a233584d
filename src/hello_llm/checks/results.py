"""The results of a suite: those of its checks on each model, and of every attempt."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import ExitCode, HelloLLMError, LLMReply


class Verdict(StrEnum):
    """The verdict on an attempt, or on a check on one model."""

    PASS = "pass"  # noqa: S105 - no password
    """Every expectation was met."""
    FAIL = "fail"
    """The outcome could be judged, and an expectation was not met."""
    ERROR = "error"
    """The outcome could not be judged: a rate limit, a server, the network, a deadline."""
    SKIPPED = "skipped"
    """It was not tried: an interrupt, the budget or the first failure ended the run before."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of one call."""

    verdict: Verdict
    """Pass, fail or error."""
    wall_s: float
    """Duration in seconds."""
    reply: LLMReply | None = None
    """The answer, if the call finished."""
    mismatches: tuple[Mismatch, ...] = ()
    """The expectations that were not met."""
    error: HelloLLMError | None = None
    """The error, if the call failed or its answer could not be judged."""

    @property
    def answer(self) -> LLMReply | None:
        """The reply, or the partial reply that the error carries."""
        if self.reply is None and self.error is not None:
            return self.error.partial
        return self.reply


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check on one model."""

    name: str
    """The check's name, unique in the suite."""
    model: str
    """The model as the user named it; the mock's own model if the mock was given none."""
    provider: str
    """The provider that was called: ``mock`` or ``litellm``."""
    verdict: Verdict
    """The overall verdict, by ``needed`` of ``planned``."""
    needed: int
    """How many attempts must pass."""
    planned: int
    """The maximum number of attempts."""
    attempts: tuple[AttemptResult, ...]
    """The attempts made, in order; fewer than planned if the verdict was certain early."""
    line: int
    """The line of the suite file on which the check begins."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    quarantined: bool = False
    """Whether the result must not affect the outcome of the suite."""
    replay: str = ""
    """The command line that repeats the call, quoted for a shell; it contains no key."""
    skipped_because: str = ""
    """A phrase that says why the check was skipped or cut short."""

    @property
    def flaky(self) -> bool:
        """Whether the check passed, but not every time."""
        return self.verdict is Verdict.PASS and any(
            attempt.verdict is not Verdict.PASS for attempt in self.attempts
        )


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The result of a whole suite."""

    suite: Path
    """The suite file."""
    results: tuple[CheckResult, ...]
    """The result of each check on each model, in the order of the file."""
    started_at: float
    """When the run began, in seconds since 1970."""
    wall_s: float
    """Duration in seconds."""
    exit_code: ExitCode
    """The exit code of the process, derived from the same verdicts as the summary."""
