"""``--out FILE``: the answer goes there, and the name holds the whole answer or what it held."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from hello_llm.contract import HelloLLMError, OutputError
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.atomic import replacing_in_kind


@contextmanager
def writing_to(
    path: Path, terminal: Terminal, messages: Messages, *, keep_partial: bool = False
) -> Iterator[Terminal]:
    """Yield `terminal` with standard output led to `path`; a failure in the block leaves it.

    A device or a pipe is written to directly.

    Args:
        path: the file.
        terminal: where the program runs.
        messages: tells what became of an answer that broke off.
        keep_partial: whether what arrived of such an answer is left beside `path`, under its name
            and ``.partial``; a complete answer takes an older one away.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        direct = path.exists() and not path.is_file()
        opened = _replacing(path, messages, keep_partial=keep_partial)
        with path.open("wb", buffering=0) if direct else opened as file:
            yield replace(terminal, stdout=file, stdout_is_tty=False)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror}", "choose another place with --out FILE"
        ) from error


@contextmanager
def _replacing(path: Path, messages: Messages, *, keep_partial: bool) -> Iterator[IO[bytes]]:
    """Yield a new file that takes the place of `path`, or of what it links to, after the block."""
    partial = Path(f"{path}.partial")
    with replacing_in_kind(path, buffering=0) as file:
        try:
            yield file
        except BaseException as error:
            if isinstance(error, HelloLLMError):
                messages.clear_echo(error)
            _put_aside(Path(file.name), partial, messages, keep=keep_partial)
            raise
    if keep_partial:
        with suppress(OSError):
            partial.unlink()


def _put_aside(arrived: Path, partial: Path, messages: Messages, *, keep: bool) -> None:
    """Move what `arrived` to `partial` or let it be dropped; say so if there is something."""
    if arrived.stat().st_size == 0:
        return
    if not keep:
        messages.note(f"what arrived was dropped; --keep-partial leaves it in {partial}")
        return
    try:
        if partial.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        shutil.move(arrived, partial)  # `path` may be a link into another file system
    except OSError as error:
        messages.warning(f"what arrived is lost, {partial} cannot be written: {error.strerror}")
    else:
        messages.note(f"what arrived is in {partial}")
