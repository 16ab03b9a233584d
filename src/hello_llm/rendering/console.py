"""Decides on colour and style, and makes the Rich console; no other module does either."""

from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING, Literal

from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console

ColorChoice = Literal["auto", "always", "never"]
Stream = Literal["stdout", "stderr"]


class Styling(Enum):
    """How text may be made to stand out."""

    NONE = "none"
    """No styling: for a pipe, a dumb terminal, or ``--color never``."""
    MONOCHROME = "monochrome"
    """Bold and similar styles, but no colour: NO_COLOR is set."""
    COLOR = "color"
    """Also the terminal's own sixteen colours."""


def styling(terminal: Terminal, stream: Stream, color: ColorChoice) -> Styling:
    """Return the styling for `stream`; ``--color`` overrides the environment."""
    if color == "always":
        return Styling.COLOR
    is_tty = terminal.stdout_is_tty if stream == "stdout" else terminal.stderr_is_tty
    if color == "never" or not is_tty or terminal.dumb:
        return Styling.NONE
    return Styling.MONOCHROME if terminal.environ.get("NO_COLOR") else Styling.COLOR


def make_console(terminal: Terminal, stream: Stream, color: ColorChoice) -> "Console":
    """Make the console that lays out text for `stream`; it captures and never writes.

    It takes text literally, without markup, emoji names or highlighting, and reads no environment
    variables.
    """
    from rich.console import Console

    style = styling(terminal, stream, color)
    columns, lines = terminal.size()
    return Console(
        file=StringIO(),
        width=columns,
        height=lines,
        force_terminal=style is not Styling.NONE,
        color_system=None if style is Styling.NONE else "standard",
        no_color=style is Styling.MONOCHROME,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        force_interactive=False,
        _environ={},
    )
