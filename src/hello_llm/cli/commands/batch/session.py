"""The calls of one run of a batch: how they are made, shown, and ended early."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from hello_llm.batch.reading import Rows
from hello_llm.batch.row import Row
from hello_llm.batch.run import Batch, Outcome, Sink
from hello_llm.batch.tally import Tally
from hello_llm.calls.money import Meter, Say
from hello_llm.calls.opening import import_as_set, open_provider
from hello_llm.calls.recording import OpenRecording
from hello_llm.calls.workers import Opening, Workers, warm_up
from hello_llm.cli.commands.batch.asking import Asking
from hello_llm.cli.commands.batch.progress import Progress, choose_progress
from hello_llm.cli.display import Display
from hello_llm.cli.exits import endings
from hello_llm.cli.signals import STOP
from hello_llm.contract import HelloLLMError, LLMReply
from hello_llm.engine import Turn
from hello_llm.engine.pace import HostPace, Rates
from hello_llm.rendering.json.document import document, json_line
from hello_llm.settings.fields import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """What the calls of a run need."""

    settings: Settings
    """The settings outside of any row."""
    asking: Asking
    """The settings of each row."""
    jobs: int
    """How many rows to ask at a time."""
    rates: Rates
    """The most that each host may be asked."""
    engine: Callable[[], AbstractContextManager[Opening]]
    """Starts what makes the calls."""
    display: Display
    """Where the progress is shown."""
    meter: Meter
    """Reserves money for the calls."""

    def run(self, rows: Rows, tally: Tally, sink: Sink) -> HelloLLMError | None:
        """Ask the rows without a line; return the error that ended the run early, if one did."""
        with ExitStack() as stack:
            try:
                with endings():
                    self._ask(rows, tally, sink, stack)
            except HelloLLMError as error:
                STOP.resume()  # the end of a cluster and the summary may take a while
                return error
        return None

    def _ask(self, rows: Rows, tally: Tally, sink: Sink, stack: ExitStack) -> None:
        if self.meter.purse is not None:
            self.meter.purse.end(0, tally.nano_usd)
        opening = stack.enter_context(self.engine())
        if opening is open_provider and self.settings.provider == "litellm":
            import_as_set(self.settings)
            warm_up()
        recording = OpenRecording(redact=self.display.messages.redact)
        workers = Workers(recording, self.meter, stack, self._pace, opening)

        def ask(row: Row) -> Turn:
            return workers.turn(self.asking.settings_of(row), row.messages)

        quiet = self.settings.quiet
        progress = choose_progress(self.display, tally, lambda: workers.paces, quiet=quiet)
        with _stoppable() as stop_if_told:

            def look() -> None:
                stop_if_told()
                progress.look()
                self._speak(progress)

            try:
                jobs, describe = self.jobs, self._outcome
                Batch(rows, tally, sink, ask, describe, jobs=jobs, on_look=look).run()
            finally:
                workers.close()
                progress.end()
                self._speak(progress)

    def _pace(self, host: str, max_wait_s: float) -> HostPace:
        return HostPace(host, max_wait_s, rates=self.rates, most=self.jobs)

    def _speak(self, progress: Progress) -> None:
        """Show the warnings and notes of the calls above the progress."""

        def above(say: Say) -> Say:
            def said(text: str) -> None:
                progress.end()
                say(text)

            return said

        messages = self.display.messages
        self.meter.speak(above(messages.warning), above(messages.note))

    def _outcome(self, row: Row, reply: LLMReply | None, error: HelloLLMError | None) -> Outcome:
        found = document(reply, error, redact=self.display.messages.redact)
        answer = error.partial if reply is None and error is not None else reply
        nano_usd = None if answer is None else answer.usage.usd_nanos
        return Outcome(found, json_line({"id": row.id, **found}), nano_usd, error)


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
