"""What the line editors of a conversation have in common: the contract, and the prompt."""

from typing import Protocol

from hello_llm.cli.display import Display
from hello_llm.rendering.sanitize import sanitize
from hello_llm.rendering.terminal import Terminal

TOGETHER_S = 0.05
"""Seconds within which further input belongs to the same paste: nobody types that fast."""
_PROMPT = "> "
_BELOW_PROMPT = " " * len(_PROMPT)

KeyList = tuple[tuple[str, str], ...]
"""Keys, and what each does."""


class LineEditor(Protocol):
    """Reads one turn at a time."""

    keys: KeyList
    """The keys that this editor knows."""

    def read(self) -> str:
        """Read a turn, exactly as it was typed or pasted; surrogates stand for invalid bytes.

        What was typed before the prompt appears is put behind it, and waits for Enter like the
        rest. The cursor is left at the start of a row.

        Raises:
            EOFError: the person pressed Ctrl-D, or the terminal is gone.
            KeyboardInterrupt: the person pressed Ctrl-C.
            TerminatedError: SIGTERM arrived.
        """
        ...


def note_early(display: Display) -> None:
    """Explain why text that was typed before the prompt appeared, with Enter, is not sent."""
    display.messages.note("typed early: Enter sends it, Ctrl-C drops it")


def prompt_row(text: str) -> str:
    """Return the prompt and `text`, safe for a terminal, with its further lines aligned."""
    return _PROMPT + sanitize(text).replace("\n", f"\n{_BELOW_PROMPT}")


def write_prompt(terminal: Terminal, row: str) -> None:
    """Write `row` to standard output if that is a terminal, or else keep it out of the answers."""
    write = terminal.write_stdout if terminal.stdout_is_tty else terminal.write_stderr
    write(row.encode())
