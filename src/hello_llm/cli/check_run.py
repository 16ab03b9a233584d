"""One run of ``check``: read the suite, run its checks, show and report what came of them."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hello_llm.checks.reports import Wanted, write_reports
from hello_llm.checks.reports.checks_document import failed_in
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import SuiteResult
from hello_llm.checks.run import Case, Plan, Run
from hello_llm.checks.suite import Check, Suite, read_suite, select
from hello_llm.checks.verdict import exit_code
from hello_llm.cli.check_cases import Providers, Typed, make_cases, priced
from hello_llm.cli.check_show import Lines
from hello_llm.cli.endings import endings, printing
from hello_llm.cli.signals import STOP
from hello_llm.cli.surface import Surface
from hello_llm.contract import ExitCode, StoppedError, UsageError
from hello_llm.providers.litellm.environment import whole_environ
from hello_llm.providers.model_name import ModelName
from hello_llm.rendering.json_document import document
from hello_llm.rendering.sanitize import sanitize
from hello_llm.settings import Settings, phrases


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
        with ExitStack() as stack:
            cases = make_cases(suite, checks, self.typed, Providers(stack))
            if self.rerun_failed is not None:
                cases = _failed(cases, self.rerun_failed, surface.messages.redact)
            if self.dry_run or self.plan.budget_micros is not None:
                cases = [self._priced(case) for case in cases]
            if self.dry_run:
                _print(surface, _planned(cases))
                return ExitCode.OK
            _warm_up(cases)
            return self._run(suite, cases, surface)

    def _priced(self, case: Case) -> Case:
        settings = self.typed.settings(case.check, case.model)
        length = sum(len(message.content.encode()) + 16 for message in case.check.messages)
        found = priced(case, length + len((settings.system or "").encode()), settings.max_tokens)
        if found.worst_micros is None and not self.dry_run:
            missing = "has no max_tokens" if settings.max_tokens is None else "has no known price"
            raise UsageError(
                f'--max-cost cannot be kept: check "{case.check.name}" on {case.model} {missing}',
                "set max_tokens in the suite, or leave out --max-cost",
            )
        return found

    def _run(self, suite: Suite, cases: Sequence[Case], surface: Surface) -> ExitCode:
        texts = Texts(surface.messages.redact, sanitize)
        settings = self.settings
        lines = Lines(surface, texts, quiet=settings.quiet, verbose=settings.verbose)
        run = Run(cases, self.plan, lines.result)
        started_at, started = time.time(), time.monotonic()
        stop: StoppedError | None = None
        try:
            with endings():
                run.run()
        except StoppedError as error:
            stop = error
            STOP.resume()  # the reports are written even if they take a while
        stopped = run.stopped if stop is None else stop.exit_code
        results = run.results()
        wall_s, code = time.monotonic() - started, exit_code(results, stopped)
        result = SuiteResult(suite.path, results, started_at, wall_s, code)
        self._report(result, texts, surface)
        if stop is not None and code not in {ExitCode.INT, ExitCode.TERM}:
            raise stop
        lines.end(result)
        return code

    def _report(self, result: SuiteResult, texts: Texts, surface: Surface) -> None:
        step_summary = whole_environ().get("GITHUB_STEP_SUMMARY")
        write_reports(
            self.reports,
            result,
            texts,
            document=document,
            stdout=surface.terminal.write_stdout,
            step_summary=Path(step_summary) if step_summary else None,
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
