"""Reads a file that a user named, whatever it is: not too much of it, and not for ever."""

import errno
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import cast

LARGEST_FILE = 256 * 2**10
"""Bytes that somebody may write by hand: a configuration, a suite, a script, a prompt, a schema."""

LARGEST_RECORD = 256 * 2**20
"""Bytes that the program may have written itself: a recording, a report."""

_TIMEOUT_S = 3.0
"""Seconds to wait for somebody to write to a pipe."""

_TIMEOUT_WITH_WRITER_S = 30.0
"""Seconds to wait for more where somebody has opened the pipe to write."""

_BLOCK = 2**16


def read_file(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Read a file; a pipe is a file too: ``--config <(make-config)``.

    Args:
        path: the file.
        largest: bytes that it may have.

    Raises:
        OSError: it cannot be read, or is too large, or nothing comes from it; ``strerror`` says it.
        ValueError: the path is none.
    """
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        return b"".join(_blocks(file, largest))


def read_text(path: Path, largest: int = LARGEST_FILE) -> str:
    """Return the text that the file holds, as :func:`read_file` does.

    Raises:
        OSError: it cannot be read.
        ValueError: the path is none, or the file holds something else than UTF-8; says where.
    """
    content = read_file(path, largest)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        where = f"it is no UTF-8 text at line {line}, column {column}"
        raise ValueError(where) from None


def _blocks(file: FileIO, largest: int) -> Iterator[bytes]:
    described = os.fstat(file.fileno())
    size = described.st_size if S_ISREG(described.st_mode) else 0
    read = 0
    while max(size, read) <= largest:
        block = _next_block(file)
        if not block:
            return
        read += len(block)
        yield block
    raise OSError(errno.EFBIG, f"it is larger than {_written(largest)}")


def _next_block(file: FileIO) -> bytes:
    """Read the next chunk; empty at the end."""
    ready = _waited(file, _TIMEOUT_S)
    block = cast("bytes | None", file.read(_BLOCK))
    if block is None and not ready:  # a pipe that somebody writes to
        ready, timeout_s = _waited(file, _TIMEOUT_WITH_WRITER_S), _TIMEOUT_WITH_WRITER_S
        block = cast("bytes | None", file.read(_BLOCK))
    else:
        timeout_s = _TIMEOUT_S
    if not block and not ready:
        raise TimeoutError(errno.ETIMEDOUT, f"nothing came from it for {timeout_s:g} s")
    return block or b""


def _waited(file: FileIO, timeout_s: float) -> bool:
    """Wait for something to read, or the end; tell whether it came."""
    from select import select

    return bool(select([file], [], [], timeout_s)[0])


def _open_at_once(path: str, flags: int) -> int:
    """Open the file, also a pipe that nobody writes to."""
    return os.open(path, flags | os.O_NONBLOCK)


def _written(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size // 2**10} KiB"
