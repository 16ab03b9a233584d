"""Reads standard input: what it is, all of it, and how long more of it is waited for."""

import os
import select
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from math import inf

from hello_llm.contract import DeadlineError, UsageError
from hello_llm.rendering.terminal import ByteReader, Terminal
from hello_llm.text.decoding import NotTextError, decode_text

_IDLE_S = 3.0
_PIECE = 1024 * 1024
_LARGEST = 16 * 1024 * 1024
_LOOK_S = 0.2
"""A signal that another thread takes does not end a wait; its handler runs after this at most."""
UNREAD = "--no-stdin leaves it unread"


class Input(Enum):
    """What standard input is."""

    PERSON = auto()
    """A terminal."""
    CLOSED = auto()
    """Nothing: it was closed before the program started."""
    DEVICE = auto()
    """A device: the null device above all."""
    DATA = auto()
    """A pipe, a file or a socket."""


def classify(terminal: Terminal) -> Input:
    """Tell what the standard input of `terminal` is."""
    if terminal.stdin_is_tty:
        return Input.PERSON
    try:
        mode = os.fstat(terminal.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return Input.CLOSED
    return Input.DEVICE if stat.S_ISCHR(mode) else Input.DATA


@dataclass(frozen=True, slots=True)
class Waiting:
    """How more of standard input is waited for."""

    timeout_s: float = 0.0
    """The longest wait for more of it; 0 waits for ever."""
    note: Callable[[str], None] = lambda _: None
    """Called if nothing arrives for 3 s."""
    meanwhile: Callable[[], None] = lambda: None
    """Called as soon as it has to be waited for."""
    hint: str = UNREAD
    """What makes waiting unnecessary."""


def read_text(stdin: ByteReader, waiting: Waiting) -> str:
    """Return the text on `stdin`, to its end.

    Raises:
        DeadlineError: nothing more came in time.
        UsageError: it cannot be read, is not text, or has no end.
    """
    try:
        data = _read(stdin, waiting)
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}", UNREAD) from error
    try:
        return decode_text(data)
    except NotTextError as error:
        raise UsageError(f"standard input {error}", error.hint) from None


def _read(stdin: ByteReader, waiting: Waiting) -> bytearray:
    """Return all of standard input.

    Raises:
        DeadlineError: nothing more came in time.
        OSError: it cannot be read.
        UsageError: it is too much, or has no end.
    """
    data = bytearray()
    idle = not _is_ready(stdin, 0)
    if idle:
        waiting.meanwhile()
    while len(data) <= _LARGEST:
        # Where another program made the pipe non-blocking, nothing yet is not the end.
        _await(stdin, waiting, first=idle and not data)
        piece = stdin.read(_PIECE)
        if piece == b"":
            return data
        data += piece or b""
    raise UsageError("standard input is larger than 16 MiB", "no model reads that much")


def _await(stdin: ByteReader, waiting: Waiting, *, first: bool) -> None:
    """Wait until there is more to read, or the end.

    Raises:
        DeadlineError: there was neither in time.
    """
    timeout_s = waiting.timeout_s or inf
    if first and timeout_s > _IDLE_S:
        if _is_ready(stdin, _IDLE_S):
            return
        waiting.note(f"waiting for standard input; {waiting.hint}")
        timeout_s -= _IDLE_S
    if not _is_ready(stdin, timeout_s):
        raise DeadlineError(
            f"{'nothing' if first else 'nothing more'} came on standard input"
            f" within {waiting.timeout_s:g} s, and it was not closed",
            f"{waiting.hint}; --timeout SECONDS waits longer, 0 for ever",
        )


def _is_ready(stdin: ByteReader, seconds: float) -> bool:
    """Wait until something can be read, or the end of the `seconds`; tell which it was."""
    ends_at = time.monotonic() + seconds
    while True:
        left_s = ends_at - time.monotonic()
        ready, _, _ = select.select([stdin.fileno()], [], [], max(0.0, min(left_s, _LOOK_S)))
        if ready or left_s <= _LOOK_S:
            return bool(ready)
