"""``--out FILE``: the file is replaced by the whole answer, or keeps its old content."""

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
    """Yield `terminal` writing to `path`, which stays unchanged if the block fails.

    A device or a pipe is written to directly.

    Args:
        path: the file.
        terminal: the terminal that the program runs on.
        messages: reports what happened to an answer that broke off.
        keep_partial: whether to keep the part of such an answer that arrived, beside `path`, with
            ``.partial`` added to the name; a complete answer removes an older partial one.

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
    """Yield a new file that replaces `path`, or the file it links to, after the block."""
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
    """Move the file `arrived` to `partial` or let it be dropped; report it unless it is empty."""
    if arrived.stat().st_size == 0:
        return
    if not keep:
        messages.note(f"the partial answer was discarded; --keep-partial keeps it in {partial}")
        return
    try:
        if partial.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        shutil.move(arrived, partial)  # `path` may be a link into another file system
    except OSError as error:
        messages.warning(f"the partial answer is lost: cannot write {partial}: {error.strerror}")
    else:
        messages.note(f"the partial answer is in {partial}")
