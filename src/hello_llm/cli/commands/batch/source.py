"""Opens the input of a batch as a file that can be read more than once."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hello_llm.batch.storage import fetch, is_address
from hello_llm.cli.display import Display
from hello_llm.cli.standard_input import Input, Waiting, classify, pieces
from hello_llm.contract import UsageError
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.text.phrases import printable

_BLOCK = 2**20


@contextmanager
def open_input(
    name: str, display: Display, timeout_s: float, options: Mapping[str, str]
) -> Iterator[IO[bytes]]:
    """Yield the input; what is no regular file is copied to a temporary one first.

    Args:
        name: a path, an address, or ``-`` for standard input.
        display: the terminal, and where a wait is noted.
        timeout_s: the longest wait for more of standard input in seconds; 0 waits forever.
        options: the options of the file system of an address.

    Raises:
        DeadlineError: nothing more arrived on standard input in time.
        UnreachableError: the address cannot be read.
        UsageError: there is no such file, or it cannot be read.
    """
    with tempfile.TemporaryFile() as copy:
        try:
            if name == STANDARD_INPUT:
                _copy_standard_input(copy, display, timeout_s)
                yield copy
            elif is_address(name):
                fetch(name, copy, options)
                yield copy
            elif Path(name).is_file():
                with Path(name).open("rb") as file:
                    yield file
            else:
                _copy_pipe(Path(name), copy)
                yield copy
        except OSError as error:
            raise UsageError(f"cannot read {printable(name)}: {error.strerror}") from error


def _copy_standard_input(copy: IO[bytes], display: Display, timeout_s: float) -> None:
    terminal = display.terminal
    if classify(terminal) in {Input.CLOSED, Input.PERSON}:
        raise UsageError("- means standard input, and no rows come from there", "name a file")
    waiting = Waiting(timeout_s, display.messages.note, hint="close the pipe, or name a file")
    for piece in pieces(terminal.stdin, waiting):
        copy.write(piece)
    if not copy.tell():
        raise UsageError("standard input is empty, and - requires it", "name a file")


def _copy_pipe(path: Path, copy: IO[bytes]) -> None:
    with path.open("rb") as file:
        shutil.copyfileobj(file, copy, _BLOCK)
