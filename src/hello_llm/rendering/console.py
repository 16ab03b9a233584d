"""Decides on colour and style, and makes the Rich console: the only place that does either."""

from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING, Literal

from hello_llm.rendering.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console

ColorChoice = Literal["auto", "always", "never"]
Stream = Literal["stdout", "stderr"]


class Styling(Enum):
    """What may be used to make text stand out."""

    NONE = "none"
    """Nothing: a pipe, a dumb terminal, or ``--color never``."""
    MONOCHROME = "monochrome"
    """Bold and the like, but no colour: NO_COLOR."""
    COLOR = "color"
    """The terminal's own sixteen colours too."""


def styling(terminal: Terminal, stream: Stream, color: ColorChoice) -> Styling:
    """Return the styling for `stream`; what was typed outweighs the environment."""
    if color == "always":
        return Styling.COLOR
    is_tty = terminal.stdout_is_tty if stream == "stdout" else terminal.stderr_is_tty
    if color == "never" or not is_tty or terminal.dumb:
        return Styling.NONE
    return Styling.MONOCHROME if terminal.environ.get("NO_COLOR") else Styling.COLOR


def make_console(terminal: Terminal, stream: Stream, color: ColorChoice) -> "Console":
    """Make the console that lays text out for `stream`; it captures and never writes.

    Nothing in a text means anything to it: no markup, no emoji names, no highlighting, and it
    reads no environment.
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
