"""Reads a person's turns from a terminal that can show no line editing."""

from math import inf

from hello_llm.cli.commands.chat.line_editor import (
    TOGETHER_S,
    KeyList,
    note_early,
    prompt_row,
    write_prompt,
)
from hello_llm.cli.display import Display
from hello_llm.cli.signals import TerminatedError
from hello_llm.cli.standard_input import is_ready

_LINE_BYTES = 65536


class PlainEditor:
    """Leaves the editing of a line to the terminal, and sends no escape sequences."""

    keys: KeyList = (
        ("Enter", "sends; lines that are pasted together are one turn"),
        ("Ctrl-C", "drops what is typed, or stops an answer"),
        ("Ctrl-D", "leaves"),
    )

    def __init__(self, display: Display) -> None:
        """Read from the terminal of `display`."""
        self._display = display
        self._terminal = display.terminal

    def read(self) -> str:
        """Read a turn; see :class:`~hello_llm.cli.commands.chat.line_editor.LineEditor`."""
        try:
            return self._read()
        except (EOFError, KeyboardInterrupt, TerminatedError):
            write_prompt(self._terminal, "\n")
            raise

    def _read(self) -> str:
        ahead = self._lines() if is_ready(self._terminal.stdin, 0) else ""
        if ahead:
            note_early(self._display)
        write_prompt(self._terminal, prompt_row(ahead))
        return ahead + self._lines()

    def _lines(self) -> str:
        """Read the lines that arrive together, without the last line break.

        Raises:
            EOFError: there is nothing more to read.
        """
        stdin = self._terminal.stdin
        data = bytearray()
        while not data.endswith(b"\n") or is_ready(stdin, TOGETHER_S):
            is_ready(stdin, inf)
            piece = stdin.read(_LINE_BYTES)
            if piece == b"":
                break
            data += piece or b""
        if not data:
            raise EOFError
        return data.decode(errors="surrogateescape").removesuffix("\n")
