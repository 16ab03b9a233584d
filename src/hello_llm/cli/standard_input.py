"""Classifies standard input, and reads all of it with a limit on each wait."""

import os
import select
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from math import inf

from hello_llm.contract import DeadlineError, UsageError
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.terminal import ByteReader, Terminal
from hello_llm.text.decoding import NotTextError, decode_text

_IDLE_S = 3.0
_PIECE = 1024 * 1024
LARGEST = 16 * 1024 * 1024
"""The largest prompt, in bytes."""
_LOOK_S = 0.2
"""The longest single wait, in seconds: a signal received by another thread does not end it.

The signal's handler therefore runs after this time at the latest.
"""
UNREAD = "--no-stdin leaves it unread"


def reader_among(named: Mapping[str, object]) -> str | None:
    """Return which of the `named` files is standard input, by its option; ``None`` if none is.

    Raises:
        UsageError: more than one is.
    """
    readers = [name for name, file in named.items() if str(file) == STANDARD_INPUT]
    if len(readers) > 1:
        raise UsageError(
            f"{' and '.join(readers)} would both read standard input", "name a file for one of them"
        )
    return next(iter(readers), None)


class Input(Enum):
    """The kind of standard input."""

    PERSON = auto()
    """A terminal."""
    CLOSED = auto()
    """Nothing: it was closed before the program started."""
    DEVICE = auto()
    """A device, in most cases the null device."""
    DATA = auto()
    """A pipe, a file or a socket."""


def classify(terminal: Terminal) -> Input:
    """Return the kind of the standard input of `terminal`."""
    if terminal.stdin_is_tty:
        return Input.PERSON
    try:
        mode = os.fstat(terminal.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return Input.CLOSED
    return Input.DEVICE if stat.S_ISCHR(mode) else Input.DATA


@dataclass(frozen=True, slots=True)
class Waiting:
    """How to wait for more of standard input."""

    timeout_s: float = 0.0
    """The longest wait for more of it, in seconds; 0 waits forever."""
    note: Callable[[str], None] = lambda _: None
    """Called if nothing arrives for 3 s."""
    meanwhile: Callable[[], None] = lambda: None
    """Called as soon as a wait begins."""
    hint: str = UNREAD
    """How to make waiting unnecessary."""


def read_text(stdin: ByteReader, waiting: Waiting) -> str:
    """Read `stdin` to its end and return the text.

    Raises:
        DeadlineError: nothing more arrived in time.
        UsageError: it cannot be read, is not text, or is too large.
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
    """Read all of standard input.

    Raises:
        DeadlineError: nothing more arrived in time.
        OSError: it cannot be read.
        UsageError: it is too large, or has no end.
    """
    data = bytearray()
    for piece in pieces(stdin, waiting):
        data += piece
        if len(data) > LARGEST:
            raise UsageError("standard input is larger than 16 MiB", "no model reads that much")
    return data


def pieces(stdin: ByteReader, waiting: Waiting) -> Iterator[bytes]:
    """Yield standard input as it arrives, up to its end.

    Raises:
        DeadlineError: nothing more arrived in time.
        OSError: it cannot be read.
    """
    idle, begun = not is_ready(stdin, 0), False
    if idle:
        waiting.meanwhile()
    while True:
        # If another program made the pipe non-blocking, a read without data is not the end.
        _await(stdin, waiting, first=idle and not begun)
        piece = stdin.read(_PIECE)
        if piece == b"":
            return
        if piece:
            begun = True
            yield piece


def _await(stdin: ByteReader, waiting: Waiting, *, first: bool) -> None:
    """Wait until there is more to read, or the input ends.

    Raises:
        DeadlineError: neither happened in time.
    """
    timeout_s = waiting.timeout_s or inf
    if first and timeout_s > _IDLE_S:
        if is_ready(stdin, _IDLE_S):
            return
        waiting.note(f"waiting for standard input; {waiting.hint}")
        timeout_s -= _IDLE_S
    if not is_ready(stdin, timeout_s):
        raise DeadlineError(
            f"{'nothing' if first else 'nothing more'} arrived on standard input"
            f" within {waiting.timeout_s:g} s, and it was not closed",
            f"{waiting.hint}; --timeout SECONDS waits longer, 0 waits forever",
        )


def is_ready(stdin: ByteReader, seconds: float) -> bool:
    """Wait up to `seconds` until something can be read; return whether it can."""
    ends_at = time.monotonic() + seconds
    while True:
        left_s = ends_at - time.monotonic()
        ready, _, _ = select.select([stdin.fileno()], [], [], max(0.0, min(left_s, _LOOK_S)))
        if ready or left_s <= _LOOK_S:
            return bool(ready)
