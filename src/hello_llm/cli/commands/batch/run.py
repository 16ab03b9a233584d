"""Runs ``batch``: checks the rows, asks those without a line, and says what came of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from hello_llm.batch.identity import Identity
from hello_llm.batch.index import Index
from hello_llm.batch.reading import read_rows
from hello_llm.batch.summary import summary_document, summary_lines
from hello_llm.batch.tally import Tally
from hello_llm.batch.template import Template
from hello_llm.calls.money import Meter
from hello_llm.calls.workers import Opening
from hello_llm.cli.commands.batch.asking import Asking
from hello_llm.cli.commands.batch.dry_run import show_cost
from hello_llm.cli.commands.batch.output import Output, open_output
from hello_llm.cli.commands.batch.session import Session
from hello_llm.cli.commands.batch.source import open_input
from hello_llm.cli.display import Display
from hello_llm.cli.exits import endings, printing
from hello_llm.contract import BugError, ExitCode, HelloLLMError, PipeClosedError
from hello_llm.engine.pace import Rates
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.json.document import json_line
from hello_llm.rendering.sanitize import inert
from hello_llm.settings.fields import Settings


@dataclass(frozen=True, slots=True)
class BatchRun:
    """The parameters of one run of ``batch``."""

    settings: Settings
    """The settings outside of any row."""
    asking: Asking
    """The settings of each row."""
    input: str
    """Where the rows are: a path, an address, or ``-``."""
    template: Template | None
    """The prompt for the values of each row."""
    out: str
    """Where the lines go: a path, an address, or ``-``."""
    ordered: bool
    """Whether the lines are sorted as the rows are, in the end."""
    retry_failed: bool
    """Whether rows with an error are asked again."""
    jobs: int
    """How many rows to ask at a time."""
    engine: Callable[[], AbstractContextManager[Opening]]
    """Starts what makes the calls."""
    rates: Rates
    """The most that each host may be asked."""
    storage_options: Mapping[str, str]
    """The options of the file systems of addresses."""
    dry_run: bool
    """True to check the rows, and send nothing."""
    as_json: bool
    """Whether the summary is a JSON document."""

    def on(self, display: Display) -> ExitCode:
        """Ask the rows, show progress and a summary on `display`, and return the exit code.

        Raises:
            HelloLLMError: the rows cannot be asked, or there is nowhere to write their lines.
        """
        timeout_s, options = self.settings.timeout, self.storage_options
        with ExitStack() as stack:
            index = stack.enter_context(Index())
            file = stack.enter_context(open_input(self.input, display, timeout_s, options))
            rows = read_rows(file, self.template, index)
            redact = display.messages.redact
            meter = Meter("batch", self.settings, self.settings.max_cost, redact, saves=False)
            stack.enter_context(meter)
            if self.dry_run:
                show_cost(rows, self.asking, meter, display)
                return ExitCode.OK
            identity = Identity.of(rows, self.settings)
            output = stack.enter_context(open_output(self.out, identity, display, options))
            tally = Tally(rows.count)
            output.resume(index, tally, retry_failed=self.retry_failed)
            error = self._session(display, meter).run(rows, tally, output.sink)
            if error is None:
                error = _completed(output, index, ordered=self.ordered)
            where = output.where(complete=error is None)
            return self._report(tally, where, error, display)

    def _session(self, display: Display, meter: Meter) -> Session:
        return Session(
            self.settings, self.asking, self.jobs, self.rates, self.engine, display, meter
        )

    def _report(
        self, tally: Tally, where: str, error: HelloLLMError | None, display: Display
    ) -> ExitCode:
        """Write the summary and the error that ended the run, and return the exit code."""
        code = tally.exit_code() if error is None else error.exit_code
        if isinstance(error, PipeClosedError):
            return code
        messages, terminal = display.messages, display.terminal
        if error is not None:
            messages.clear_echo(error)
        if isinstance(error, BugError) and display.debug:
            display.show_traceback(error)
        try:
            with printing():
                if self.as_json:
                    found = summary_document(tally, where, code, error, messages.redact)
                    terminal.write_stdout(json_line(found))
                else:
                    lines = (inert(messages.redact(one)) for one in summary_lines(tally, where))
                    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
                    if self.out == STANDARD_INPUT:
                        terminal.write_stderr(text)
                    else:
                        terminal.write_stdout(text)
        finally:
            if error is not None:
                messages.error(error)
        return code


def _completed(output: Output, index: Index, *, ordered: bool) -> HelloLLMError | None:
    try:
        with endings():
            output.complete(index, ordered=ordered)
    except HelloLLMError as error:
        return error
    return None
