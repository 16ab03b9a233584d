"""Draws the pictures in docs/_measured: terminals after real runs of the program."""

import os
import pty
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

FOLDER = Path(__file__).parent / "_measured"
COLUMNS, LINES = 84, 40
COMMANDS = {
    "terminal": "hello-llm chat --provider litellm --model local/smollm2 --stream --temperature 0"
    " --seed 1 --max-tokens 120 'In two sentences: why is the sea salty?'",
    "models": "hello-llm models claude --vendor anthropic --max-price 20 --sort output",
}
"""What is typed, by the name of the picture."""


def main() -> int:
    """Draw the pictures that are named, or all of them; return the exit code of what failed."""
    return next(filter(None, map(draw, sys.argv[1:] or COMMANDS)), 0)


def draw(name: str) -> int:
    """Run the command in a terminal, and draw what is on its screen; return its exit code."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    code = os.waitstatus_to_exitcode(run(COMMANDS[name], stream.feed))
    if code == 0:
        FOLDER.joinpath(f"{name}.svg").write_text(drawn(screen, name), encoding="utf-8")
    return code


def run(command: str, feed: Callable[[bytes], None]) -> int:
    """Run `command` on a terminal whose output goes to `feed`; return its wait status."""
    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 65536)
        feed(data)
        return data

    arguments = [sys.executable, "-m", "hello_llm", *shlex.split(command)[1:]]
    return pty.spawn(arguments, read)


def drawn(screen: pyte.Screen, name: str) -> str:
    """Return the screen as SVG, below the command that was typed."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text(f"$ {COMMANDS[name]}", style="dim"), soft_wrap=False)
        last = max(row for row in range(LINES) if screen.display[row].strip())
        for row in range(last + 1):
            console.print(line(screen, row), no_wrap=True, overflow="crop")
        picture = console.export_svg(title="hello-llm", unique_id=name)
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)  # they are downloads


def line(screen: pyte.Screen, row: int) -> Text:
    """Return one row of the screen with its styles."""
    text = Text()
    for column in range(COLUMNS):
        cell = screen.buffer[row][column]
        color = None if cell.fg == "default" else cell.fg
        if color is not None and len(color) == 6 and not color.isalpha():
            color = f"#{color}"
        style = Style(color=None if color in {None, "brown"} else color, bold=cell.bold)
        text.append(cell.data, style)
    return text


if __name__ == "__main__":
    sys.exit(main())
