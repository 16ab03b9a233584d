"""Runs checks: several attempts at a time, no more than needed to decide, results in order."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hello_llm.checks.judging import attempt
from hello_llm.checks.mismatches import Bench
from hello_llm.checks.plan import Case, Plan
from hello_llm.checks.results import AttemptResult, CheckResult, Verdict
from hello_llm.checks.verdict import decide, fewest_left
from hello_llm.contract import ExitCode
from hello_llm.engine.pool import Pool
from hello_llm.judge.pool import Judges
from hello_llm.text.money import dollars

_LOOK_AGAIN_S = 0.05
"""Polling interval in seconds, for Ctrl-C and for hosts that may be called again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The progress of a case at one moment."""

    name: str
    """The name of the check."""
    model: str
    """The name of the model."""
    verdicts: tuple[Verdict, ...]
    """The verdicts on the attempts so far."""
    in_flight: int
    """The number of attempts in progress."""
    planned: int
    """The maximum number of attempts."""
    began: float
    """When the first attempt began, by ``time.monotonic``."""


@dataclass(slots=True, eq=False)
class _Progress:
    """The progress of a case."""

    case: Case
    slots: list[AttemptResult | None] = field(default_factory=list)
    began: float = 0.0
    stopped: str = ""

    @property
    def attempts(self) -> tuple[AttemptResult, ...]:
        return tuple(one for one in self.slots if one is not None)

    @property
    def verdict(self) -> Verdict | None:
        check = self.case.check
        return decide([one.verdict for one in self.attempts], check.needed, check.repeat)

    @property
    def in_flight(self) -> int:
        return sum(one is None for one in self.slots)

    def wants_more(self, *, all_attempts: bool) -> bool:
        """Return whether another attempt may begin and is still of use."""
        check = self.case.check
        if self.stopped or len(self.slots) >= check.repeat:
            return False
        verdicts = [one.verdict for one in self.attempts]
        return all_attempts or self.in_flight < fewest_left(verdicts, check.needed, check.repeat)

    def done(self, *, all_attempts: bool) -> bool:
        """Return whether no attempt of the case is in progress or will follow."""
        return not self.in_flight and not self.wants_more(all_attempts=all_attempts)

    def result(self) -> CheckResult:
        check, case = self.case.check, self.case
        return CheckResult(
            name=check.name,
            model=case.model,
            provider=case.provider,
            verdict=self.verdict or Verdict.SKIPPED,
            needed=check.needed,
            planned=check.repeat,
            attempts=self.attempts,
            line=check.line,
            tags=check.tags,
            quarantined=check.quarantined,
            replay=case.replay,
            skipped_because="" if self.verdict else self.stopped,
        )

    def snapshot(self) -> Snapshot:
        check = self.case.check
        verdicts = tuple(one.verdict for one in self.attempts)
        return Snapshot(
            check.name, self.case.model, verdicts, self.in_flight, check.repeat, self.began
        )


class Run:
    """One run of some cases."""

    def __init__(
        self,
        cases: Sequence[Case],
        plan: Plan,
        on_result: Callable[[CheckResult], None] = lambda _: None,
        on_look: Callable[["Run"], None] = lambda _: None,
        judges: Judges | None = None,
    ) -> None:
        """Prepare the run.

        Args:
            cases: the cases to run.
            plan: how to run them.
            on_result: called with each result in the order of `cases`, once all earlier are known.
            on_look: called with this run several times a second.
            judges: the judge processes, which end with the run; by default the run starts its own.
        """
        self.stopped: ExitCode | None = None
        """``BUDGET`` if the budget ended the run, else ``None``."""
        self._plan = plan
        self._on_result = on_result
        self._on_look = on_look
        self._judges = judges or Judges()
        self._progress = [_Progress(case) for case in cases]
        self._open = dict.fromkeys(self._progress)
        self._in_flight = 0
        self._held_nano_usd = 0
        self._told = 0
        self._pool: Pool[tuple[_Progress, int], AttemptResult] = Pool(plan.jobs, self._attempt)

    def results(self) -> tuple[CheckResult, ...]:
        """Return the results so far; an undecided check counts as skipped."""
        return tuple(progress.result() for progress in self._progress)

    def untold(self) -> list[CheckResult]:
        """Return the results that are decided but still wait for earlier ones to be reported."""
        waiting = [progress for progress in self._progress[self._told :] if progress.verdict]
        return [progress.result() for progress in waiting]

    @property
    def whole(self) -> bool:
        """Whether the run left out only attempts that could not decide anything."""
        return not any(progress.stopped for progress in self._progress)

    def under_way(self) -> list[Snapshot]:
        """Return a snapshot of each case with an attempt in progress."""
        open_ones = self._progress[self._told :]
        return [progress.snapshot() for progress in open_ones if progress.in_flight]

    def verdicts(self) -> list[Verdict | None]:
        """Return the verdict on each case; ``None`` for an undecided one."""
        return [progress.verdict for progress in self._progress]

    def waits(self) -> dict[str, float]:
        """Return the remaining seconds of each host's pause."""
        paces = {progress.case.pace for progress in self._open}
        return {pace.host: left_s for pace in paces if (left_s := pace.wait_s)}

    def skip_rest(self, why: str) -> None:
        """Begin no more attempts; `why` is a phrase that gives the reason."""
        for progress in self._progress:
            progress.stopped = progress.stopped or why

    def run(self) -> None:
        """Run the cases.

        Raises:
            BaseException: an unexpected error or a signal; :meth:`results` stays valid.
        """
        with self._pool, self._judges:
            while self._told < len(self._progress):
                while job := self._next():
                    self._pool.give(job)
                self._on_look(self)
                self._take()
                self._tell()

    def _next(self) -> tuple[_Progress, int] | None:
        """Return the next attempt, already counted as begun; ``None`` if none may begin now."""
        if self._in_flight >= self._plan.jobs:
            return None
        for progress in self._open:
            if not progress.wants_more(all_attempts=self._plan.all_attempts):
                continue
            if progress.case.pace.wait_s:
                continue
            if not self._affordable(progress.case):
                self._stop_or_wait(progress.case)
                return None
            progress.began = progress.began or time.monotonic()
            progress.slots.append(None)
            self._in_flight += 1
            self._held_nano_usd += progress.case.bound_nano_usd or 0
            return progress, len(progress.slots) - 1
        return None

    def _take(self) -> None:
        """Wait briefly for an attempt to end, and record its outcome."""
        ended = self._pool.take(_LOOK_AGAIN_S)
        if ended is None:
            return
        (progress, number), outcome = ended
        progress.slots[number] = outcome
        self._in_flight -= 1
        self._held_nano_usd -= progress.case.bound_nano_usd or 0
        if progress.done(all_attempts=self._plan.all_attempts):
            del self._open[progress]
        bad = progress.verdict in {Verdict.FAIL, Verdict.ERROR}
        if self._plan.fail_fast and bad and not progress.case.check.quarantined:
            self.skip_rest(f"{progress.case.check.name} came first, and --fail-fast is set")

    def _tell(self) -> None:
        every = self._plan.all_attempts
        while self._told < len(self._progress):
            progress = self._progress[self._told]
            if not progress.done(all_attempts=every):
                return
            self._on_result(progress.result())
            self._told += 1

    def _affordable(self, case: Case) -> bool:
        """Return whether one more attempt at `case` is sure to stay within the budget."""
        most, bound = self._plan.max_nano_usd, case.bound_nano_usd
        if most is None:
            return True
        counted = self._plan.counted_nano_usd() + self._held_nano_usd
        return bound is not None and counted + bound <= most

    def _stop_or_wait(self, case: Case) -> None:
        """End the run for want of money for `case`, unless an attempt may leave some over."""
        if not self._in_flight:
            self.stopped = ExitCode.BUDGET
            counted, most = self._plan.counted_nano_usd(), self._plan.max_nano_usd or 0
            needed = case.bound_nano_usd
            costs = "has no known bound" if needed is None else f"may cost {dollars(needed)}"
            self.skip_rest(
                f"{dollars(counted)} of {dollars(most)} is spent, and another attempt {costs}"
            )

    def _attempt(self, job: tuple[_Progress, int]) -> AttemptResult:
        case = job[0].case
        bench = Bench(self._judges, case.folder, case.environ, case.timeout_s)
        return attempt(case.check, case.ask(), bench)
