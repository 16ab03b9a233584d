"""The terminal of the program: its standard streams, which are TTYs, and the screen size."""

import errno
import io
import os
import select
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TextIO

DEFAULT_SIZE = (80, 24)
_VARIABLES = ("NO_COLOR", "TERM", "COLUMNS", "LINES")


class ByteReader(Protocol):
    """A stream of bytes to read from."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Read up to `size` bytes, or all of them."""
        ...

    def fileno(self) -> int:
        """Return the file descriptor, or raise ``OSError`` if there is none."""
        ...


class ByteWriter(Protocol):
    """A stream of bytes to write to."""

    def write(self, data: bytes | memoryview, /) -> int | None:
        """Write some of `data`; return the number of bytes, or ``None`` if it would block."""
        ...

    def flush(self) -> None:
        """Write out any buffered data."""
        ...

    def fileno(self) -> int:
        """Return the file descriptor, or raise ``OSError`` if there is none."""
        ...


class ClosedStream(io.RawIOBase):
    """Replaces a stream that was closed before the program started: ``hello-llm chat >&-``."""

    def readable(self) -> bool:
        """Return true: a read succeeds, and finds the end of the file."""
        return True

    def readinto(self, _buffer: object, /) -> int:
        """Return 0, the end of the file."""
        return 0

    def write(self, _data: object, /) -> int:
        """Fail, because the stream is closed.

        Raises:
            OSError: always.
        """
        raise OSError(errno.EBADF, "the stream is closed")


def _no_size() -> tuple[int, int] | None:
    return None


@dataclass(frozen=True, slots=True)
class Terminal:
    """Everything the program knows about where it runs; tests pass their own."""

    stdin: ByteReader
    """Standard input."""
    stdout: ByteWriter
    """Standard output, for the answer."""
    stderr: ByteWriter
    """Standard error, for everything else."""
    stdin_is_tty: bool = False
    """Whether standard input is a terminal."""
    stdout_is_tty: bool = False
    """Whether standard output is a terminal."""
    stderr_is_tty: bool = False
    """Whether standard error is a terminal."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The environment; only NO_COLOR, TERM, COLUMNS and LINES are used."""
    ask_size: Callable[[], tuple[int, int] | None] = _no_size
    """Returns the columns and lines of the screen; ``None`` if there is no screen."""

    @classmethod
    def real(cls) -> Self:
        """Return the terminal of this process; any of its streams may be closed."""
        tty = {name: _is_tty(getattr(sys, name)) for name in ("stdin", "stdout", "stderr")}
        return cls(
            stdin=ClosedStream() if sys.stdin is None else _raw(sys.stdin),
            stdout=_unbuffered(sys.stdout),
            stderr=_unbuffered(sys.stderr),
            stdin_is_tty=tty["stdin"],
            stdout_is_tty=tty["stdout"],
            stderr_is_tty=tty["stderr"],
            environ={name: os.environ[name] for name in _VARIABLES if name in os.environ},
            ask_size=_screen_size,
        )

    def size(self) -> tuple[int, int]:
        """Return the current (columns, lines).

        COLUMNS can narrow a screen or replace a missing one. It never widens a screen, because
        rows longer than the screen could not be counted.
        """
        columns, lines = _positive(self.environ, "COLUMNS"), _positive(self.environ, "LINES")
        screen = self.ask_size()
        if screen is None:
            return columns or DEFAULT_SIZE[0], lines or DEFAULT_SIZE[1]
        return min(columns or screen[0], screen[0]), screen[1]

    @property
    def dumb(self) -> bool:
        """Whether TERM says that the terminal supports no escape sequences."""
        return _is_dumb(self.environ)

    def check_reader(self) -> None:
        """Check that the answer still has a reader, as far as the system can tell.

        Raises:
            BrokenPipeError: standard output is a pipe or a socket whose other end was closed.
        """
        if self.stdout_is_tty or not hasattr(select, "poll"):
            return
        poll = select.poll()
        with suppress(OSError, ValueError):  # there is no descriptor, or it was closed
            poll.register(self.stdout.fileno(), 0)
        if any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0)):
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def write_stdout(self, data: bytes) -> None:
        """Write all of `data` immediately.

        Raises:
            OSError: the write failed; ``BrokenPipeError`` if the reader closed the pipe.
        """
        _write(self.stdout, data)

    def write_stderr(self, data: bytes) -> None:
        """Write all of `data` immediately; ignore errors, which cannot be reported anywhere."""
        try:
            _write(self.stderr, data)
        except (OSError, ValueError):  # ValueError: the stream was closed meanwhile
            return


def put_back() -> None:
    """Restore the screen of this process, even in the middle of output.

    Resets colours, shows the cursor, turns line wrapping on and starts a new row.
    """
    with suppress(OSError):
        screen = next(filter(os.isatty, (2, 1)), None)
        if screen is not None and select.select([], [screen], [], 0)[1]:  # not if Ctrl-S paused it
            os.write(screen, b"\r\n" if _is_dumb(os.environ) else b"\x1b[0m\x1b[?25h\x1b[?7h\r\n")


def _is_dumb(environ: Mapping[str, str]) -> bool:
    return environ.get("TERM", "").lower() in {"dumb", "unknown"}


def _is_tty(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _unbuffered(stream: TextIO | None) -> ByteWriter:
    """Return the raw stream, so that data that a full disk rejected is not retried at exit."""
    if stream is None:
        return ClosedStream()
    with suppress(OSError, ValueError):
        stream.flush()
    raw: ByteWriter = _raw(stream)
    return raw


def _raw(stream: TextIO) -> Any:  # noqa: ANN401 - the layers above do not tell of which class
    """Return the lowest layer of `stream`, which reads available data without waiting for more."""
    return getattr(stream.buffer, "raw", stream.buffer)


def _screen_size() -> tuple[int, int] | None:
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if _is_tty(stream):
            columns, lines = os.get_terminal_size(stream.fileno())
            return (columns, lines) if columns and lines else None
    return None


def _positive(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


def _write(stream: ByteWriter, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = stream.write(rest)
        if written is None:  # another process made the pipe non-blocking
            select.select([], [stream.fileno()], [])
        else:
            rest = rest[written:]
    stream.flush()
