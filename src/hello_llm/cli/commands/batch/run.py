"""Runs ``batch``: checks the rows, asks those without a line, and says what came of it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from hello_llm.batch.identity import Identity
from hello_llm.batch.index import Index
from hello_llm.batch.reading import Rows, read_rows
from hello_llm.batch.row import Row
from hello_llm.batch.run import Batch, Outcome
from hello_llm.batch.summary import summary_document, summary_lines
from hello_llm.batch.tally import Tally
from hello_llm.batch.template import Template
from hello_llm.calls.money import Meter, Say
from hello_llm.calls.opening import import_as_set, open_provider
from hello_llm.calls.recording import OpenRecording
from hello_llm.calls.workers import Opening, Workers, warm_up
from hello_llm.cli.commands.batch.asking import Asking
from hello_llm.cli.commands.batch.dry_run import show_cost
from hello_llm.cli.commands.batch.output import Output, open_output
from hello_llm.cli.commands.batch.progress import choose_progress
from hello_llm.cli.commands.batch.source import open_input
from hello_llm.cli.display import Display
from hello_llm.cli.exits import endings, printing
from hello_llm.cli.signals import STOP
from hello_llm.contract import BugError, ExitCode, HelloLLMError, LLMReply, PipeClosedError
from hello_llm.engine import Turn
from hello_llm.engine.pace import HostPace, Rates
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.json.document import document, json_line
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
            error = self._ask(rows, tally, output, meter, display)
            if error is None:
                error = _completed(output, index, ordered=self.ordered)
            return self._report(tally, error, display)

    def _ask(
        self, rows: Rows, tally: Tally, output: Output, meter: Meter, display: Display
    ) -> HelloLLMError | None:
        """Ask the rows without a line; return the error that ended the run early, if one did."""
        if meter.purse is not None:
            meter.purse.end(0, tally.nano_usd)
        messages = display.messages
        with ExitStack() as stack:
            workers = self._workers(meter, stack, display, open_provider)
            quiet = self.settings.quiet
            progress = choose_progress(display, tally, lambda: _waits(workers), quiet=quiet)

            def above(say: Say) -> Say:
                def said(text: str) -> None:
                    progress.end()
                    say(text)

                return said

            def ask(row: Row) -> Turn:
                return workers.turn(self.asking.settings_of(row), row.messages)

            def describe(row: Row, reply: LLMReply | None, error: HelloLLMError | None) -> Outcome:
                return _outcome(row, reply, error, display)

            with _stoppable() as stop_if_told:

                def look() -> None:
                    stop_if_told()
                    progress.look()
                    meter.speak(above(messages.warning), above(messages.note))

                batch = Batch(rows, tally, output.sink, ask, describe, jobs=self.jobs, on_look=look)
                try:
                    with endings():
                        self._warm_up()
                        batch.run()
                except HelloLLMError as error:
                    STOP.resume()  # the summary is written even if that takes a while
                    return error
                finally:
                    workers.close()
                    progress.end()
        return None

    def _workers(
        self, meter: Meter, stack: ExitStack, display: Display, opening: Opening
    ) -> Workers:
        def pace(host: str, max_wait_s: float) -> HostPace:
            return HostPace(host, max_wait_s, rates=self.rates, most=self.jobs)

        recording = OpenRecording(redact=display.messages.redact)
        return Workers(recording, meter, stack, pace, opening)

    def _warm_up(self) -> None:
        if self.settings.provider == "litellm":
            import_as_set(self.settings)
            warm_up()

    def _report(self, tally: Tally, error: HelloLLMError | None, display: Display) -> ExitCode:
        """Write the summary and the error that ended the run, and return the exit code."""
        code = tally.exit_code() if error is None else error.exit_code
        if isinstance(error, PipeClosedError):
            return code
        messages, terminal = display.messages, display.terminal
        if isinstance(error, BugError) and display.debug:
            display.show_traceback(error)
        try:
            with printing():
                if self.as_json:
                    found = summary_document(tally, self.out, code, error, messages.redact)
                    terminal.write_stdout(json_line(found))
                else:
                    lines = (inert(messages.redact(one)) for one in summary_lines(tally, self.out))
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


def _outcome(
    row: Row, reply: LLMReply | None, error: HelloLLMError | None, display: Display
) -> Outcome:
    found = document(reply, error, redact=display.messages.redact)
    answer = error.partial if reply is None and error is not None else reply
    nano_usd = None if answer is None else answer.usage.usd_nanos
    return Outcome(found, json_line({"id": row.id, **found}), nano_usd, error)


def _waits(workers: Workers) -> dict[str, float]:
    return {pace.host: left_s for pace in workers.paces if (left_s := pace.wait_s)}


@contextmanager
def _stoppable() -> Iterator["_Told"]:
    """Let a signal end the run between two lines, never within one."""
    told = _Told()
    with STOP.passing_to(told.take):
        yield told


class _Told:
    """The signal that has arrived."""

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def take(self, error: BaseException) -> bool:
        self._error = error
        return True

    def __call__(self) -> None:
        """Raise the exception of the signal, if one has arrived."""
        if self._error is not None:
            raise self._error
