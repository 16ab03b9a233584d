"""Runs ``check``: reads the suite, runs its checks, shows and reports the results."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from hello_llm.calls.money import Meter
from hello_llm.calls.workers import Workers
from hello_llm.checks.plan import Case, Plan
from hello_llm.checks.reports.json import failed_in
from hello_llm.checks.reports.spec import ReportSpec
from hello_llm.checks.suite import Check, Suite, select
from hello_llm.checks.suite_reading import read_suite
from hello_llm.cli.commands.check.cases import Typed, make_case
from hello_llm.cli.commands.check.environ import Environs
from hello_llm.cli.commands.check.session import Session
from hello_llm.cli.display import Display
from hello_llm.cli.exits import print_lines
from hello_llm.contract import BudgetError, ExitCode, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.files.reading import LARGEST_RECORD, read_text, reason_of
from hello_llm.judge.pool import Judges
from hello_llm.machine.environment import harmless, whole_environ
from hello_llm.prices import aging
from hello_llm.prices.catalogue import is_free
from hello_llm.settings.fields import Settings
from hello_llm.settings.origins import Origin
from hello_llm.text import phrases
from hello_llm.text.money import decimal


@dataclass(frozen=True, slots=True)
class CheckRun:
    """The parameters of one run of ``check``."""

    settings: Settings
    """The settings outside of any check."""
    typed: Typed
    """The options, which override the suite."""
    suite: Path
    """The file of the suite."""
    select: Sequence[str]
    """The names or tags of the checks to run; empty for all of them."""
    rerun_failed: Path | None
    """A JSON report; only checks that did not pass in it are run."""
    plan: Plan
    """How checks run."""
    reports: Sequence[ReportSpec]
    """The reports to write."""
    listed: bool
    """True to list the checks and run none."""
    dry_run: bool
    """True to show what would be run, and run nothing."""

    def on(self, display: Display) -> ExitCode:
        """Run the checks, show them on `display`, and return the exit code.

        Raises:
            HelloLLMError: the suite is invalid, or a report cannot be written.
        """
        for model in self.typed.models:
            ModelName.parse(model)
        with Judges(harmless()) as judges:
            suite = read_suite(
                self.suite, lambda name: ModelName.parse(name, flag="model ="), judges
            )
            return self._run(suite, display, judges)

    def _run(self, suite: Suite, display: Display, judges: Judges) -> ExitCode:
        checks = select(suite, self.select)
        if self.listed:
            print_lines([_listed(check) for check in checks], display)
            return ExitCode.OK
        max_cost = self._max_cost(suite)
        priced = self.dry_run or max_cost is not None
        questions = self.typed.questions(checks)
        config = self.typed.config
        keys = set(config.secret_variables if config else ()).union(
            *(one.settings.secret_variables for one in questions)
        )
        environs = Environs(whole_environ(), *keys)
        display = display.hiding(*keys, *environs.secrets(checks))
        recording = (
            replace(self.typed.recording, record=None) if self.dry_run else self.typed.recording
        )
        with ExitStack() as stack:
            redact = display.messages.redact
            meter = stack.enter_context(
                Meter("check", self.settings, max_cost, redact, saves=False)
            )
            opened = stack.enter_context(recording.running(redact))
            workers = Workers(opened, meter, stack)
            cases = [
                make_case(suite, one, self.typed, workers, environs, meter, price=priced)
                for one in questions
            ]
            if self.rerun_failed is not None:
                cases = _failed(cases, self.rerun_failed, display.messages.redact)
            if self.dry_run:
                print_lines(_planned(cases), display)
                return ExitCode.OK
            if max_cost is not None:
                _check_prices(cases)
            _warn_of_models(cases, display, meter)
            quiet, verbose = self.settings.quiet, self.settings.verbose
            whole = not self.select and self.rerun_failed is None
            plan = _within(meter, self.plan)
            session = Session(display, plan, self.reports, judges, whole, quiet, verbose)
            try:
                return session.run(suite, cases, workers)
            finally:
                meter.speak(display.messages.warning, display.messages.note)

    def _max_cost(self, suite: Suite) -> float | None:
        """Return the most that the run may cost in US dollars.

        A typed limit overrides the suite's, and that overrides the configuration's.
        """
        is_typed = self.settings.origins["max_cost"] == Origin("flag --max-cost")
        return self.settings.max_cost if is_typed or suite.max_cost is None else suite.max_cost


def _within(meter: Meter, plan: Plan) -> Plan:
    """Return `plan` with the money of the `meter`, if that is limited."""
    purse = meter.purse
    if purse is None:
        return plan
    return replace(
        plan,
        max_nano_usd=purse.limit_nano_usd,
        counted_nano_usd=lambda: purse.counted_nano_usd,
    )


def _check_prices(cases: Sequence[Case]) -> None:
    """Make sure that a budget can be kept.

    Raises:
        BudgetError: the maximum cost of one of `cases` is not known.
    """
    for case in cases:
        if case.bound_nano_usd is None:
            raise BudgetError(
                f'max_cost cannot be kept for check "{case.check.name}" on {case.model}:'
                f" {case.bound_words}",
                f'give its price in the configuration, [models."{case.model}"], or run it without'
                " max_cost",
            )


def _warn_of_models(cases: Sequence[Case], display: Display, meter: Meter) -> None:
    """Warn of models that retire soon, and of an old price list, if any model is paid for."""
    called = dict.fromkeys(case.model for case in cases if case.provider == "litellm")
    asked = [name for name in called if not is_free(name)]
    if not asked:
        return
    catalogue, day = meter.catalogue, aging.today()
    ends = (aging.retirement(catalogue.find(model), day) for model in asked)
    for warning in filter(None, (*ends, aging.old_list(catalogue.listed, day))):
        display.messages.warning(warning)


def _failed(cases: Sequence[Case], report: Path, redact: Callable[[str], str]) -> list[Case]:
    """Return the `cases` that did not pass according to the JSON file `report`.

    Raises:
        UsageError: the file cannot be read as a report, or all of them passed.
    """
    shown = phrases.printable(str(report))
    try:
        failed = set(failed_in(read_text(report, LARGEST_RECORD)))
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        raise UsageError(f"cannot read {shown}: {reason}", "--rerun-failed REPORT.json") from None
    left = [case for case in cases if (redact(case.check.name), redact(case.model)) in failed]
    if not left:
        raise UsageError(f"by {shown}, all checks passed", "leave out --rerun-failed")
    return left


def _listed(check: Check) -> str:
    tags = f"  ({', '.join(check.tags)})" if check.tags else ""
    models = f"  [{', '.join(check.models)}]" if check.models else ""
    return f"{check.name}{models}{tags}"


def _planned(cases: Sequence[Case]) -> list[str]:
    lines = []
    total: int | None = 0
    for case in cases:
        bound = case.bound_nano_usd
        cost = None if bound is None else bound * case.check.repeat
        total = None if total is None or cost is None else total + cost
        times = f"up to {case.check.repeat}" if case.check.repeat > 1 else "1"
        calls = f"{case.check.name}  [{case.model}]  {times} x {case.provider}"
        lines.append(f"{calls}  {_usd(cost)}: {case.bound_words}")
    most = sum(case.check.repeat for case in cases)
    count = f"{len(cases)} checks, at most {most} calls, not counting retries"
    return [*lines, f"{count}: {_usd(total)}"]


def _usd(nano_usd: int | None) -> str:
    return "cost unknown" if nano_usd is None else f"at most {decimal(nano_usd)} USD"
