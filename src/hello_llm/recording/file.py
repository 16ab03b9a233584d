"""Reads and writes recordings: one exchange per line; any number of processes may append."""

import fcntl
import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from hello_llm.contract import OutputError, UsageError
from hello_llm.files.reading import LARGEST_RECORD, read_file, reason_of
from hello_llm.recording.document import SCHEMA, from_document, to_document
from hello_llm.recording.exchange import Exchange

_MODE = 0o600
_BEGINNING = f'{{"schema": "{SCHEMA}"'.encode()
_BLOCK = 65536
_ELSEWHERE = "choose another place with --record FILE"


class RecordingFile:
    """A file that exchanges are appended to, each completely or not at all."""

    def __init__(self, path: Path) -> None:
        """Open `path`, or create it, readable by its owner only.

        Raises:
            OutputError: it cannot be written.
            UsageError: it is not a recording.
        """
        self._path = path
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            self._file = os.open(path, flags, _MODE)
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                os.close(self._file)
                raise OutputError(f"cannot record to {path}: it is not a regular file", _ELSEWHERE)
        except OSError as error:
            raise self._failure(error) from error
        try:
            self._check_beginning()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise self._failure(error) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def add(self, exchange: Exchange) -> None:
        """Append `exchange`.

        Raises:
            OutputError: it cannot be written; the file is unchanged.
        """
        line = json.dumps(to_document(exchange)).encode() + b"\n"
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                self._append(line)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        except OSError as error:
            raise self._failure(error) from error

    def _append(self, line: bytes) -> None:
        end = self._mend()
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError:
            os.ftruncate(self._file, end)
            raise

    def _mend(self) -> int:
        """Repair the last line: complete it, or drop it if it is torn; return the file's size."""
        size = os.fstat(self._file).st_size
        start = self._start_of_last_line(size)
        if start == size:
            return size
        if _is_json(os.pread(self._file, size - start, start)):
            return size + os.write(self._file, b"\n")
        os.ftruncate(self._file, start)
        return start

    def _start_of_last_line(self, size: int) -> int:
        end = size
        while end > 0:
            start = max(0, end - _BLOCK)
            newline = os.pread(self._file, end - start, start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
        return 0

    def _check_beginning(self) -> None:
        """Reject a file that is not a recording, so that it is never changed."""
        found = os.pread(self._file, len(_BEGINNING), 0)
        if found != _BEGINNING[: len(found)]:
            beginning = os.pread(self._file, _BLOCK, 0)
            _document(self._path, 1, beginning.partition(b"\n")[0])

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"cannot record to {self._path}: {error.strerror}", _ELSEWHERE)


def read_recording(path: Path) -> list[Exchange]:
    """Return the exchanges in the file at `path`, ignoring a torn last line.

    Raises:
        UsageError: the file cannot be read, contains no exchange, or has a line that is not one.
    """
    exchanges = [
        _exchange(path, number, line)
        for number, line in enumerate(_lines(path), 1)
        if line.endswith(b"\n") or _is_json(line)
    ]
    if not exchanges:
        raise UsageError(f"{path} contains no exchange", f"record one: --record {path}")
    return exchanges


def _lines(path: Path) -> Iterator[bytes]:
    try:
        yield from io.BytesIO(read_file(path, LARGEST_RECORD))
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        raise UsageError(
            f"cannot read the recording {path}: {reason}", "name a file written with --record"
        ) from error


def _exchange(path: Path, number: int, line: bytes) -> Exchange:
    document = _document(path, number, line)
    try:
        return from_document(document)
    except ValueError as error:
        message = f"{path}:{number}: this is not a complete exchange: {error}"
        raise UsageError(message, "remove the line") from error


def _document(path: Path, number: int, line: bytes) -> dict[str, Any]:
    """Parse the document in `line`.

    Raises:
        UsageError: it is not JSON, or has another schema or version.
    """
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(
            f"{path}:{number}: this line is not JSON",
            "remove it, or name a file written with --record",
        ) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SCHEMA:
        return dict(document)
    form, _, _version = SCHEMA.rpartition("/")
    if isinstance(schema, str) and schema.startswith(f"{form}/"):
        raise UsageError(
            f"{path}:{number}: this is {schema}, and {SCHEMA} is known here",
            "use the version of hello-llm that recorded it, or record it again",
        )
    raise UsageError(f"{path}:{number}: this is no {SCHEMA}", "name a file written with --record")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
