"""The prompt and standard input, in one sentence: the prompt, a blank line, then what is piped."""

import os
import select
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from hello_llm.contract import UsageError
from hello_llm.rendering.terminal import ByteReader, Terminal

GREETING = "hello world"
"""What is sent where nothing is asked and nothing is piped."""

_IDLE_S = 3.0
_PIECE = 1024 * 1024
_LARGEST = 16 * 1024 * 1024


class Input(Enum):
    """What standard input is."""

    PERSON = auto()
    """A terminal."""
    NOTHING = auto()
    """Closed, or a device: the null device above all."""
    DATA = auto()
    """A pipe, a file or a socket."""


@dataclass(frozen=True, slots=True)
class PromptSource:
    """What was typed as a prompt, and whether standard input may be read."""

    words: list[str]
    """The words behind the command."""
    flag: str | None
    """The text of ``--prompt``."""
    no_stdin: bool
    """True to leave standard input alone."""

    def read(
        self,
        terminal: Terminal,
        note: Callable[[str], None],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Return the prompt, or ``None`` where a person is there to type one.

        Args:
            terminal: whose standard input is read.
            note: called if nothing arrives for 3 s.
            meanwhile: called as soon as standard input has to be waited for.

        Raises:
            UsageError: the prompt or the pipe is empty, is no text, or has no end.
        """
        typed = self._typed()
        source = self._input(terminal)
        if source is Input.PERSON:
            return typed
        if source is Input.NOTHING:
            return GREETING if typed is None else typed
        piped = _read_text(terminal.stdin, note, meanwhile)
        return piped if typed is None else f"{typed}\n\n{piped}"

    def is_conversation(self, terminal: Terminal) -> bool:
        """Whether nothing is asked and a person at `terminal` can type."""
        unasked = not self.words and self.flag is None
        return unasked and self._input(terminal) is Input.PERSON

    def _input(self, terminal: Terminal) -> Input:
        return Input.NOTHING if self.no_stdin else classify(terminal)

    def _typed(self) -> str | None:
        if self.words and self.flag is not None:
            raise UsageError("the prompt is given twice", "leave out --prompt, or the words")
        if not self.words and self.flag is None:
            return None
        text = " ".join(self.words) if self.words else self.flag or ""
        if not text.strip():
            raise UsageError("the prompt is empty", 'hello-llm chat "Say hello"')
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError("the prompt is not UTF-8 text", "pipe it through iconv -t UTF-8")
        return text


def classify(terminal: Terminal) -> Input:
    """Return what the standard input of `terminal` is."""
    if terminal.stdin_is_tty:
        return Input.PERSON
    try:
        mode = os.fstat(terminal.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return Input.NOTHING
    return Input.NOTHING if stat.S_ISCHR(mode) else Input.DATA


def _read_text(
    stdin: ByteReader, note: Callable[[str], None], meanwhile: Callable[[], None]
) -> str:
    try:
        data = _read(stdin, note, meanwhile)
    except OSError as error:
        raise UsageError(
            f"cannot read standard input: {error.strerror}", "--no-stdin leaves it unread"
        ) from error
    if not data or data.isspace():
        raise UsageError(
            "standard input is empty", "--no-stdin leaves it unread; </dev/null is no input"
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"standard input is not UTF-8 text (byte {error.start + 1})",
            "pipe it through iconv -t UTF-8",
        ) from None


def _read(
    stdin: ByteReader, note: Callable[[str], None], meanwhile: Callable[[], None]
) -> bytearray:
    """Return all of standard input.

    Raises:
        OSError: it cannot be read.
        UsageError: it is too much, or has no end.
    """
    if not _is_ready(stdin, 0):
        meanwhile()
    if not _is_ready(stdin, _IDLE_S):
        note("waiting for standard input; --no-stdin leaves it unread")
    data = bytearray()
    while len(data) <= _LARGEST:
        # Where another program made the pipe non-blocking, nothing yet is not the end.
        _is_ready(stdin, None)
        piece = stdin.read(_PIECE)
        if piece == b"":
            return data
        data += piece or b""
    raise UsageError("standard input is larger than 16 MiB", "no model reads that much")


def _is_ready(stdin: ByteReader, timeout_s: float | None) -> bool:
    """Wait until something can be read, for ever if there is no timeout; False if there is not."""
    ready, _, _ = select.select([stdin.fileno()], [], [], timeout_s)
    return bool(ready)
