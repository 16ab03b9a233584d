"""The output as it grows: one whole line for each finished row, whatever ends the program."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from hello_llm.batch.row import key_of
from hello_llm.contract import OutputError, UsageError
from hello_llm.settings.atomic import replacing_in_kind
from hello_llm.text.phrases import printable

_SYNC_S = 1.0
"""Seconds of work that a loss of power may undo."""
_TAIL = 2**16


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the output."""

    key: str
    """The key of its row."""
    start: int
    """Where it begins, in bytes."""
    size: int
    """Its size in bytes, with the line break."""
    document: dict[str, Any]
    """The document with the answer or the error."""


class Journal:
    """The file of the output, to which whole lines are added."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is created if it is missing, and drop a torn last line.

        Raises:
            OutputError: it cannot be opened or written.
        """
        self.path = path
        self._synced_at = time.monotonic()
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, 0o666)
            self._size = self._whole_size()
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; a failure to save it is reported by :meth:`sync`, not here."""
        os.close(self._descriptor)

    @property
    def empty(self) -> bool:
        """Whether no row has a line yet."""
        return self._size == 0

    def append(self, line: bytes) -> None:
        """Add a whole `line`; if that fails, the file is as it was.

        Raises:
            OutputError: it cannot be written, for example because the disk is full.
        """
        left = memoryview(line)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except BaseException as error:
            os.ftruncate(self._descriptor, self._size)
            if isinstance(error, OSError):
                raise self._failed(error) from error
            raise
        self._size += len(line)
        if time.monotonic() - self._synced_at > _SYNC_S:
            self.sync()

    def sync(self) -> None:
        """Make every line durable.

        Raises:
            OutputError: they cannot be written.
        """
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise self._failed(error) from error
        self._synced_at = time.monotonic()

    def lines(self) -> Iterator[Line]:
        """Yield every line.

        Raises:
            OutputError: the file cannot be read.
            UsageError: a line was changed by somebody else.
        """
        start = 0
        try:
            with self.path.open("rb") as file:
                for number, raw in enumerate(file, 1):
                    yield self._line(number, start, raw)
                    start += len(raw)
        except OSError as error:
            raise self._failed(error) from error

    def rewrite(self, copy: Callable[[IO[bytes], IO[bytes]], None]) -> None:
        """Replace the file at once by what `copy` writes, given the old and the new file.

        Raises:
            OutputError: it cannot be written, and the old file is as it was.
        """
        try:
            with self.path.open("rb") as old, replacing_in_kind(self.path) as new:
                copy(old, new)
            os.close(self._descriptor)
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
            self._size = os.fstat(self._descriptor).st_size
        except OSError as error:
            raise self._failed(error) from error

    def _line(self, number: int, start: int, raw: bytes) -> Line:
        try:
            document = json.loads(raw)
            return Line(key_of(document["id"]), start, len(raw), document)
        except (ValueError, TypeError, KeyError):
            raise UsageError(
                f"line {number} of {printable(str(self.path))} is not a row of this batch",
                "remove it, or choose another --out",
            ) from None

    def _whole_size(self) -> int:
        """Return the size of the file without a torn last line."""
        end = os.fstat(self._descriptor).st_size
        while end:
            begin = max(0, end - _TAIL)
            at = os.pread(self._descriptor, end - begin, begin).rfind(b"\n")
            if at >= 0:
                return begin + at + 1
            end = begin
        return 0

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"cannot write {printable(str(self.path))}: {error.strerror}",
            "free some space or choose another place, and run the same command again",
        )
