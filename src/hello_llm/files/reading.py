"""Reads a file of any kind that a user named, with limits on size and time."""

import errno
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import cast

STANDARD_INPUT = "-"
"""The path that means standard input, wherever a file is read."""

LARGEST_FILE = 256 * 2**10
"""Limit in bytes for handwritten files: a configuration, suite, script, prompt or schema."""

LARGEST_RECORD = 256 * 2**20
"""Limit in bytes for files that the program wrote itself: a recording or a report."""

_TIMEOUT_S = 3.0
"""Seconds to wait for data from a pipe."""

_TIMEOUT_WITH_WRITER_S = 30.0
"""Seconds to wait for data if the pipe has a writer."""

_BLOCK = 2**16


def read_file(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Read a file, which may also be a pipe: ``--config <(make-config)``.

    Args:
        path: the file; ``-`` means standard input, which must not be empty.
        largest: the maximum size in bytes.

    Raises:
        OSError: it cannot be read, is too large, or sends no data; ``strerror`` says which.
        ValueError: the path is invalid, or standard input is empty.
    """
    if str(path) == STANDARD_INPUT:
        with open(0, "rb", buffering=0, closefd=False) as file:
            content = b"".join(_blocks(file, largest))
        if not content:
            raise ValueError("standard input is empty")
        return content
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        return b"".join(_blocks(file, largest))


def read_text(path: Path, largest: int = LARGEST_FILE) -> str:
    """Read a file as UTF-8 text; see :func:`read_file`.

    Raises:
        OSError: it cannot be read.
        ValueError: the path is invalid, or the file is not UTF-8; the message says where.
    """
    content = read_file(path, largest)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        where = f"it is not UTF-8 text at line {line}, column {column}"
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
    timeout_s = _TIMEOUT_S
    ready = _waited(file, timeout_s)
    block = _read(file, ready=ready)
    if block is None:  # there is a writer
        timeout_s = _TIMEOUT_WITH_WRITER_S
        ready = _waited(file, timeout_s)
        block = _read(file, ready=ready)
    if not block and not ready:
        raise TimeoutError(errno.ETIMEDOUT, f"no data arrived for {timeout_s:g} s")
    return block or b""


def _read(file: FileIO, *, ready: bool) -> bytes | None:
    """Read what there is; ``None`` if that would mean to wait."""
    if not ready and os.get_blocking(file.fileno()):
        return None
    return cast("bytes | None", file.read(_BLOCK))


def reason_of(error: OSError | ValueError) -> str:
    """Return why a file could not be read, without its path."""
    return str(error.strerror if isinstance(error, OSError) else error)


def _waited(file: FileIO, timeout_s: float) -> bool:
    """Wait for data or the end of the file; return whether either came in time."""
    from select import select

    return bool(select([file], [], [], timeout_s)[0])


def _open_at_once(path: str, flags: int) -> int:
    """Open the file without blocking, even if it is a pipe without a writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def _written(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size // 2**10} KiB"
