"""Terminals for the tests: streams that are kept, and a screen that can be looked at."""

import io
from collections.abc import Mapping

import pyte

from hello_llm.rendering.terminal import Terminal

_HISTORY = 100_000


class Screen:
    """What a person sees: a terminal emulator with scrollback, on which both streams write.

    Like most terminals, and unlike the emulator itself, it breaks rows anew when it is resized.
    """

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self._open(columns, lines)
        self.written = b""

    def _open(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self._screen = pyte.HistoryScreen(columns, lines, history=_HISTORY, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)

    def write(self, data: bytes | memoryview) -> int:
        self.written += bytes(data)
        self._stream.feed(bytes(data).replace(b"\n", b"\r\n"))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def fileno(self) -> int:
        raise OSError

    def resize(self, columns: int, lines: int) -> None:
        rows = self._rows()[: self._top + self._screen.cursor.y]
        assert self._screen.cursor.x == 0
        self._open(columns, lines)
        for row in rows:
            self._stream.feed(row.encode() + b"\r\n")

    @property
    def _top(self) -> int:
        return len(self._screen.history.top)

    def _rows(self) -> list[str]:
        history = [
            "".join(line[column].data for column in range(self.columns)).rstrip()
            for line in self._screen.history.top
        ]
        return history + [line.rstrip() for line in self._screen.display]

    def rows(self) -> list[str]:
        """All rows from the top of the scrollback down, without the empty ones at the end."""
        rows = self._rows()
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def terminal(self, environ: Mapping[str, str] | None = None) -> Terminal:
        return Terminal(
            stdin=io.BytesIO(),
            stdout=self,
            stderr=self,
            stdin_is_tty=True,
            stdout_is_tty=True,
            stderr_is_tty=True,
            environ={"TERM": "xterm-256color", **(environ or {})},
            ask_size=lambda: (self.columns, self.lines),
        )


class Pipes:
    """Standard output and standard error, kept apart; neither is a terminal unless told."""

    def __init__(self, environ: Mapping[str, str] | None = None, *, tty: bool = False) -> None:
        self._out = io.BytesIO()
        self._err = io.BytesIO()
        self.terminal = Terminal(
            stdin=io.BytesIO(),
            stdout=self._out,
            stderr=self._err,
            stdout_is_tty=tty,
            stderr_is_tty=tty,
            environ=environ or {},
            ask_size=lambda: (80, 24) if tty else None,
        )

    @property
    def stdout(self) -> bytes:
        return self._out.getvalue()

    @property
    def stderr(self) -> str:
        return self._err.getvalue().decode()
