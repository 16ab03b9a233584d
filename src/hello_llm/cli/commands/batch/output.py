"""Opens the output of a batch: a journal that is continued, or a stream that is not."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hello_llm.batch.identity import Identity
from hello_llm.batch.index import Index
from hello_llm.batch.journal import Journal
from hello_llm.batch.resuming import claim, count_finished, put_in_order
from hello_llm.batch.run import Sink
from hello_llm.batch.state_file import StateFile
from hello_llm.batch.storage import deliver, is_address, journal_name
from hello_llm.batch.tally import Tally
from hello_llm.cli.display import Display
from hello_llm.cli.exits import writing
from hello_llm.contract import OutputError
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.paths import default_batch_folder
from hello_llm.text.phrases import printable

_STATE = ".batch"
_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Output:
    """Where the lines of a batch go."""

    name: str
    """What the user called it."""
    sink: Sink
    """Gets the lines."""
    journal: Journal | None = None
    """The file with the lines, if a later run can continue it."""
    storage_options: Mapping[str, str] | None = None
    """The options of the file system of its address, if it has one."""

    def where(self, *, complete: bool) -> str:
        """Return where the lines are, now that every row has one or not."""
        if self.journal is None or self.storage_options is None or complete:
            return self.name
        return str(self.journal.path)

    def resume(self, index: Index, tally: Tally, *, retry_failed: bool) -> None:
        """Count the rows that have a line; ask the failed ones again if `retry_failed`.

        Raises:
            OutputError: the lines cannot be read or written.
            UsageError: somebody else changed them.
        """
        if self.journal is not None:
            count_finished(self.journal, index, tally, retry_failed=retry_failed)

    def complete(self, index: Index, *, ordered: bool) -> None:
        """Save the lines and, now that every row has one, put them where they belong.

        Raises:
            OutputError: they cannot be written.
        """
        if self.journal is None:
            return
        if ordered:
            put_in_order(self.journal, index)
        self.journal.sync()
        if self.storage_options is not None:
            deliver(self.journal.path, self.name, self.storage_options)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Lines that are gone once they are written: a pipe, a device."""

    terminal: Terminal

    def append(self, line: bytes) -> None:
        """Write a line."""
        with writing():
            self.terminal.write_stdout(line)


@contextmanager
def open_output(
    name: str, identity: Identity, display: Display, storage_options: Mapping[str, str]
) -> Iterator[Output]:
    """Yield the output.

    Args:
        name: a path, an address, or ``-`` for standard output.
        identity: which batch it must belong to.
        display: the terminal.
        storage_options: the options of the file system of an address.

    Raises:
        OutputError: it cannot be opened or written.
        UsageError: it belongs to another batch, or another run writes it.
    """
    if name == STANDARD_INPUT:
        yield Output("standard output", _Stream(display.terminal))
        return
    with ExitStack() as stack:
        try:
            output = _open(name, identity, display, storage_options, stack)
        except OSError as error:
            raise OutputError(
                f"cannot write {printable(name)}: {error.strerror}",
                "choose another place with --out",
            ) from error
        yield output


def _open(
    name: str,
    identity: Identity,
    display: Display,
    storage_options: Mapping[str, str],
    stack: ExitStack,
) -> Output:
    remote = is_address(name)
    path = _local_journal(name) if remote else Path(name)
    if path.exists() and not path.is_file():
        file = stack.enter_context(path.open("wb", buffering=0))
        return Output(name, _Stream(Terminal(display.terminal.stdin, file, file)))
    state = stack.enter_context(StateFile(Path(f"{path}{_STATE}")))
    journal = stack.enter_context(Journal(path))
    claim(state, journal, identity)
    return Output(name, journal, journal, storage_options if remote else None)


def _local_journal(address: str) -> Path:
    folder = default_batch_folder()
    folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
    return folder / journal_name(address)
