"""Runs cases, shows their progress, and writes the reports however the run ends."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hello_llm.calls.workers import Workers, warm_up
from hello_llm.checks.plan import Case, Plan
from hello_llm.checks.reports.spec import ReportSpec, claims_stdout
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.reports.writing import write_reports
from hello_llm.checks.results import CheckResult, SuiteResult
from hello_llm.checks.run import Run
from hello_llm.checks.suite import Suite
from hello_llm.checks.verdict import exit_code
from hello_llm.cli.commands.check.live import LiveTable
from hello_llm.cli.commands.check.show import Lines
from hello_llm.cli.display import Display
from hello_llm.cli.exits import endings, printing
from hello_llm.cli.signals import STOP
from hello_llm.contract import (
    BugError,
    ExitCode,
    HelloLLMError,
    OutputError,
    StoppedError,
    UsageError,
)
from hello_llm.judge.pool import Judges
from hello_llm.machine.environment import whole_environ
from hello_llm.rendering.console import Stream, styling
from hello_llm.rendering.json.document import document
from hello_llm.rendering.sanitize import inert


@dataclass(frozen=True, slots=True)
class Session:
    """How cases are run, shown and reported."""

    display: Display
    """Where results are shown."""
    plan: Plan
    """How the cases are run."""
    reports: Sequence[ReportSpec]
    """The reports to write."""
    judges: Judges
    """The judge processes; they end with the run."""
    whole: bool
    """Whether the cases are all cases of the suite."""
    quiet: bool = False
    """Show only checks that did not pass."""
    verbose: bool = False
    """Also show the answers of checks that passed."""

    def run(self, suite: Suite, cases: Sequence[Case], workers: Workers) -> ExitCode:
        """Run `cases` of `suite` with `workers`, and return the exit code."""
        texts = Texts(self.display.messages.redact, inert, document)
        table = self._table(texts)
        lines = self._lines(texts, table)
        look = _no_look if table is None else table.look
        run = Run(cases, self.plan, lines.result, look, self.judges)
        started_at, started = time.time(), time.monotonic()
        trouble = _ran(run, cases, table)
        if trouble is None and self.whole and run.whole:
            trouble = _unplayed(workers)
        results = run.results()
        code = exit_code(results, run.stopped if trouble is None else trouble.exit_code)
        wall_s = time.monotonic() - started
        result = SuiteResult(suite.path, results, started_at, wall_s, code)
        failure = self._told(result, texts, lines, run.untold())
        self._complain(trouble or failure)
        return failure.exit_code if failure is not None and code is ExitCode.OK else code

    def _table(self, texts: Texts) -> LiveTable | None:
        """Return the live table; ``None`` if nobody watches."""
        terminal = self.display.terminal
        watched = self._stream == "stdout" and terminal.stdout_is_tty and not terminal.dumb
        return LiveTable(terminal, texts, self.display.view.color) if watched else None

    def _lines(self, texts: Texts, table: LiveTable | None) -> Lines:
        terminal, stream = self.display.terminal, self._stream
        write = terminal.write_stdout if stream == "stdout" else terminal.write_stderr
        return Lines(
            table.write if table else lambda text: write(text.encode(errors="replace")),
            texts,
            styling(terminal, stream, self.display.view.color),
            quiet=self.quiet,
            verbose=self.verbose,
        )

    @property
    def _stream(self) -> Stream:
        """The stream for results; a report on standard output is kept free of them."""
        return "stderr" if claims_stdout(self.reports) else "stdout"

    def _told(
        self, result: SuiteResult, texts: Texts, lines: Lines, late: Iterable[CheckResult]
    ) -> HelloLLMError | None:
        """Write the reports, the late results and the summary; return the first failure, if any."""
        failure: HelloLLMError | None = None
        step_summary = whole_environ().get("GITHUB_STEP_SUMMARY")
        try:
            with printing():
                write_reports(
                    self.reports,
                    result,
                    texts,
                    stdout=self.display.terminal.write_stdout,
                    step_summary=Path(step_summary) if step_summary else None,
                )
        except (OutputError, StoppedError) as error:
            failure = error
            if result.exit_code is ExitCode.OK:
                result = replace(result, exit_code=error.exit_code)
        try:
            for check in late:
                lines.result(check)
            lines.end(result)
        except (OutputError, StoppedError) as error:
            failure = failure or error
        return failure

    def _complain(self, trouble: HelloLLMError | None) -> None:
        if trouble is None or isinstance(trouble, StoppedError):
            return
        if isinstance(trouble, BugError) and self.display.debug:
            self.display.show_traceback(trouble)
        self.display.messages.error(trouble)


def _no_look(_run: Run) -> None:
    return None


def _ran(run: Run, cases: Sequence[Case], table: LiveTable | None) -> HelloLLMError | None:
    """Run `run`, remove the table, and return the error that ended the run early, if one did."""
    try:
        with endings(), printing():
            if any(case.provider == "litellm" for case in cases):
                warm_up()
            try:
                run.run()
            finally:
                if table is not None:
                    with suppress(OSError):
                        table.end()
    except HelloLLMError as error:
        STOP.resume()  # the reports are written even if they take a while
        run.skip_rest(error.message)
        return error
    return None


def _unplayed(workers: Workers) -> HelloLLMError | None:
    """Return an error about the part of a script that the whole suite never played, if any."""
    try:
        workers.finish()
    except UsageError as error:
        return error
    return None
