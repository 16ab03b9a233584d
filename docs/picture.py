"""Draws the pictures in docs/_measured: terminals after real runs of the program."""

import os
import pty
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Ledger
from hello_llm.settings.paths import default_ledger_file

FOLDER = Path(__file__).parent / "_measured"
COLUMNS, LINES = 84, 40
COMMANDS = {
    "terminal": "hello-llm chat --provider litellm --model local/smollm2 --stream --temperature 0"
    " --seed 1 --max-tokens 120 'In two sentences: why is the sea salty?'",
    "spend": "hello-llm spend",
    "models": "hello-llm models claude --vendor anthropic --max-price 20 --sort output",
}
"""What is typed, by the name of the picture."""
CENTS = (184, 61, 0, 203, 97, 12)
"""What the calls of each day cost in the picture of spending, from today backwards."""


def main() -> int:
    """Draw the pictures that are named, or all of them; return the exit code of what failed."""
    return next(filter(None, map(draw, sys.argv[1:] or COMMANDS)), 0)


def draw(name: str) -> int:
    """Run the command in a terminal, and draw what is on its screen; return its exit code."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    with a_week_of_calls():
        code = os.waitstatus_to_exitcode(run(COMMANDS[name], stream.feed))
    if code == 0:
        FOLDER.joinpath(f"{name}.svg").write_text(drawn(screen, name), encoding="utf-8")
    return code


@contextmanager
def a_week_of_calls() -> Iterator[None]:
    """Have the program find limits on spending, and a ledger of a few days."""
    with TemporaryDirectory() as folder:
        homes = {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "TZ": "UTC"}
        before = {name: os.environ.get(name) for name in homes}
        os.environ |= homes
        file = Path(folder, "hello-llm", "config.toml")
        file.parent.mkdir(mode=0o700)
        file.write_text("version = 1\n[budget]\ndaily = 5\nmonthly = 50\n", encoding="utf-8")
        for back, cents in enumerate(CENTS):
            at = time.time() - back * 24 * 3600
            with Ledger(default_ledger_file(), clock=lambda at=at: at) as ledger:
                call = PlannedCall("chat", "openai/gpt-4o-mini", cents * 40_000_000)
                ledger.reserve(call).settle(cents * 10_000_000, tokens_in=cents * 9000)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


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
