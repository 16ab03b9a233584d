"""One run of ``check``: read the suite, run its checks, show and report what came of them."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from hello_llm.checks.plan import Case, Plan
from hello_llm.checks.reports import Wanted
from hello_llm.checks.reports.checks_document import failed_in
from hello_llm.checks.suite import Check, Suite, read_suite, select
from hello_llm.cli.check_cases import Typed, make_cases, priced
from hello_llm.cli.check_lanes import Lanes
from hello_llm.cli.check_session import Session
from hello_llm.cli.endings import printing
from hello_llm.cli.surface import Surface
from hello_llm.contract import ExitCode, UsageError
from hello_llm.providers.model_name import ModelName
from hello_llm.rendering.sanitize import sanitize
from hello_llm.settings import Settings, phrases
from hello_llm.settings.origins import BUILT_IN


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What one run of ``check`` was asked to do."""

    settings: Settings
    """The settings outside of any check."""
    typed: Typed
    """What outweighs the suite."""
    suite: Path
    """The file."""
    select: Sequence[str]
    """Which checks; all of them if there is nothing."""
    rerun_failed: Path | None
    """A JSON report: only what did not pass there."""
    plan: Plan
    """How they are run."""
    max_cost: float | None
    """What it may cost, in US dollars; ``None`` for what the suite says."""
    reports: Sequence[Wanted]
    """The reports to write."""
    listed: bool
    """True to list the checks and run none."""
    dry_run: bool
    """True to tell what would be run."""

    def on(self, surface: Surface) -> ExitCode:
        """Do it on `surface` and return the exit code.

        Raises:
            HelloLLMError: the suite is wrong, or a report cannot be written.
        """
        for model in self.typed.models:
            ModelName.parse(model)
        suite = read_suite(self.suite, lambda name: ModelName.parse(name, flag="model ="))
        checks = select(suite, self.select)
        if self.listed:
            _print(surface, [_listed(check) for check in checks])
            return ExitCode.OK
        plan = self._plan(suite)
        with ExitStack() as stack:
            reel = stack.enter_context(self.typed.tape.running(surface.messages.redact))
            lanes = Lanes(reel, stack)
            cases = make_cases(suite, checks, self.typed, lanes)
            if self.rerun_failed is not None:
                cases = _failed(cases, self.rerun_failed, surface.messages.redact)
            if self.dry_run or plan.budget_micros is not None:
                cases = [self._priced(case) for case in cases]
            if self.dry_run:
                _print(surface, _planned(cases))
                return ExitCode.OK
            self._note_mock(cases, surface)
            _warm_up(cases)
            quiet, verbose = self.settings.quiet, self.settings.verbose
            whole = not self.select and self.rerun_failed is None
            session = Session(surface, plan, self.reports, whole, quiet, verbose)
            return session.run(suite, cases, lanes)

    def _plan(self, suite: Suite) -> Plan:
        """Return the plan with the budget; what was typed outweighs the suite."""
        dollars = suite.max_cost if self.max_cost is None else self.max_cost
        return replace(self.plan, budget_micros=None if dollars is None else int(dollars * 1e6))

    def _priced(self, case: Case) -> Case:
        settings = self.typed.settings(case.check, case.model)
        length = sum(len(message.content.encode()) + 16 for message in case.check.messages)
        found = priced(case, length + len((settings.system or "").encode()), settings.max_tokens)
        if found.worst_micros is None and not self.dry_run:
            missing = "has no max_tokens" if settings.max_tokens is None else "has no known price"
            raise UsageError(
                f'max_cost cannot be kept: check "{case.check.name}" on {case.model} {missing}',
                "set max_tokens in the suite, or let it cost what it may",
            )
        return found

    def _note_mock(self, cases: Sequence[Case], surface: Surface) -> None:
        """Say that the mock answers for a model, where nobody chose the mock."""
        for_others = (case for case in cases if not case.model.startswith("mock/"))
        case = next((case for case in for_others if case.provider == "mock"), None)
        if case is None or self.typed.tape.replay is not None:
            return
        if self.typed.settings(case.check, case.model).origins["provider"] == BUILT_IN:
            surface.messages.note(
                f"the mock answers for {case.model}; --provider litellm asks the model"
            )


def _failed(cases: Sequence[Case], report: Path, redact: Callable[[str], str]) -> list[Case]:
    """Return those of `cases` that did not pass by the JSON report in a file.

    Raises:
        UsageError: the file is none, or all of them passed.
    """
    shown = phrases.printable(str(report))
    try:
        failed = set(failed_in(report.read_text(encoding="utf-8")))
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise UsageError(f"cannot read {shown}: {reason}", "--rerun-failed REPORT.json") from None
    left = [case for case in cases if (redact(case.check.name), redact(case.model)) in failed]
    if not left:
        raise UsageError(f"by {shown}, all of the checks passed", "leave out --rerun-failed")
    return left


def _warm_up(cases: Sequence[Case]) -> None:
    """Import LiteLLM, if anybody needs it, before lanes wait for each other's import."""
    if any(case.provider == "litellm" for case in cases):
        from hello_llm.providers.litellm.substrate import load  # noqa: PLC0415 - the mock goes without

        load()


def _listed(check: Check) -> str:
    tags = f"  ({', '.join(check.tags)})" if check.tags else ""
    models = f"  [{', '.join(check.models)}]" if check.models else ""
    return f"{check.name}{models}{tags}"


def _planned(cases: Sequence[Case]) -> list[str]:
    lines = []
    total: int | None = 0
    for case in cases:
        worst = case.worst_micros
        cost = None if worst is None else worst * case.check.repeat
        total = None if total is None or cost is None else total + cost
        times = f"up to {case.check.repeat}" if case.check.repeat > 1 else "1"
        lines.append(f"{case.check.name}  [{case.model}]  {times} x {case.provider}  {_usd(cost)}")
    calls = sum(case.check.repeat for case in cases)
    return [*lines, f"{len(cases)} checks, at most {calls} calls, retries apart: {_usd(total)}"]


def _usd(micros: int | None) -> str:
    return "cost unknown" if micros is None else f"at most {micros / 1e6:.6f} USD"


def _print(surface: Surface, lines: Sequence[str]) -> None:
    text = "".join(f"{sanitize(surface.messages.redact(line))}\n" for line in lines)
    with printing():
        surface.terminal.write_stdout(text.encode(errors="replace"))
