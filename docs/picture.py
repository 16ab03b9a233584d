"""Draws docs/_measured/terminal.svg: a terminal after a real run of the program."""

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

OUT = Path(__file__).parent / "_measured" / "terminal.svg"
COLUMNS, LINES = 84, 40
COMMAND = (
    "hello-llm chat --provider litellm --model local/smollm2 --stream --temperature 0 --seed 1"
    " --max-tokens 120 'In two sentences: why is the sea salty?'"
)


def main() -> int:
    """Run the command in a terminal, and draw what is on its screen; return its exit code."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    code = os.waitstatus_to_exitcode(run(stream.feed))
    if code == 0:
        OUT.write_text(drawn(screen), encoding="utf-8")
    return code


def run(feed: Callable[[bytes], None]) -> int:
    """Run the command on a terminal whose output goes to `feed`; return its wait status."""
    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 65536)
        feed(data)
        return data

    arguments = [sys.executable, "-m", "hello_llm", *shlex.split(COMMAND)[1:]]
    return pty.spawn(arguments, read)


def drawn(screen: pyte.Screen) -> str:
    """Return the screen as SVG, below the command that was typed."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text(f"$ {COMMAND}", style="dim"), soft_wrap=False)
        last = max(row for row in range(LINES) if screen.display[row].strip())
        for row in range(last + 1):
            console.print(line(screen, row), no_wrap=True, overflow="crop")
        picture = console.export_svg(title="hello-llm", unique_id="terminal")
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
