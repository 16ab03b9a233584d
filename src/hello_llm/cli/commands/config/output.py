"""Writes the output of ``config`` without secrets: as it is to a pipe, sanitized to a terminal."""

import json

from hello_llm.cli.display import redactor
from hello_llm.rendering.sanitize import sanitize
from hello_llm.rendering.terminal import Terminal


def print_line(text: str, *key_variables: str) -> None:
    """Print `text` and a line end.

    Args:
        text: one line, or several.
        key_variables: the variables whose values are secrets whatever their names.
    """
    terminal = Terminal.real()
    text = redactor(*key_variables)(text)
    shown = sanitize(text) if terminal.stdout_is_tty else text
    terminal.write_stdout(f"{shown}\n".encode(errors="surrogateescape"))


def quoted(value: object) -> str:
    """Return the value as written in a file, on one line."""
    return "unset" if value is None else json.dumps(value, ensure_ascii=False)
