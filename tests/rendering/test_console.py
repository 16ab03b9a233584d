"""Colour and style, and the console that is made for them."""

import pytest
from rich.text import Text

from hello_llm.rendering.console import Styling, make_console, styling
from tests.rendering.screens import Pipes

NONE, MONOCHROME, COLOR = Styling.NONE, Styling.MONOCHROME, Styling.COLOR


@pytest.mark.parametrize(
    ("color", "environ", "tty", "expected"),
    [
        ("auto", {}, True, COLOR),
        ("auto", {}, False, NONE),
        ("auto", {"NO_COLOR": "1"}, True, MONOCHROME),
        ("auto", {"NO_COLOR": ""}, True, COLOR),
        ("auto", {"TERM": "dumb"}, True, NONE),
        ("never", {}, True, NONE),
        ("always", {}, False, COLOR),
        ("always", {"NO_COLOR": "1"}, True, COLOR),
        ("always", {"TERM": "dumb"}, True, COLOR),
    ],
)
def test_what_was_typed_outweighs_the_environment_and_no_color_leaves_bold(
    color, environ, tty, expected
):
    pipes = Pipes(environ, tty=tty)
    assert styling(pipes.terminal, "stdout", color) is expected
    assert styling(pipes.terminal, "stderr", color) is expected


def _printed(environ: dict[str, str], *, tty: bool = True) -> str:
    console = make_console(Pipes(environ, tty=tty).terminal, "stdout", "auto")
    with console.capture() as capture:
        console.print(Text("x", "bold red"))
    return capture.get()


def test_no_color_removes_the_colour_and_keeps_the_weight():
    assert _printed({}) == "\x1b[1;31mx\x1b[0m\n"
    assert _printed({"NO_COLOR": "1"}) == "\x1b[1mx\x1b[0m\n"
    assert _printed({"TERM": "dumb"}) == "x\n"
    assert _printed({}, tty=False) == "x\n"


def test_text_means_nothing_to_the_console():
    console = make_console(Pipes(tty=True).terminal, "stdout", "auto")
    with console.capture() as capture:
        console.print("[bold]x[/foo] :smile: {curly} %s 12 https://x.org")
    assert capture.get() == "[bold]x[/foo] :smile: {curly} %s 12 https://x.org\n"


def test_the_console_does_not_read_the_environment(monkeypatch):
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    console = make_console(Pipes({"COLUMNS": "60"}).terminal, "stdout", "auto")
    assert (console.width, console.is_terminal, console.color_system) == (60, False, None)
