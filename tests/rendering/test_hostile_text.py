"""Whatever comes from outside is text on a terminal, exact in a pipe, and exact in JSON."""

import io
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pyte
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from hello_llm.rendering import rich_view
from hello_llm.rendering.choose import OutputName, View, choose_renderer
from hello_llm.rendering.console import ColorChoice
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from tests.rendering.hostile import MARKS, Exchange, exchanges
from tests.rendering.screens import Screen

_MONOCHROME, _COLORED = "[012349]", "(?:[012349]|[39][0-7])"
_SEQUENCE = re.compile(r"(\r?\x1b\[[0-9;]*[AKm](?:\x1b\[J)?|\x1b\[\?7[lh])", re.ASCII)
_ERASE = re.compile(r"\r\x1b\[([1-9][0-9]*)A\x1b\[J", re.ASCII)
_CLEAR_ECHO, _NO_WRAP, _WRAP = "\r\x1b[K", "\x1b[?7l", "\x1b[?7h"
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
_NUMBER_SIGNS = {*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the streams lead, and what the terminal and the user ask for."""

    columns: int
    lines: int
    color: ColorChoice
    environ: Mapping[str, str]
    quiet: bool
    frames: float
    """Frames a second: infinitely many draw each piece."""
    stdout_is_tty: bool = True
    stderr_is_tty: bool = True

    def styles(self, *, tty: bool) -> str:
        """Return the pattern of the styles that may be used."""
        if self.color == "always":
            return _COLORED
        if self.color == "never" or not tty or self.dumb:
            return "(?!)"
        return _MONOCHROME if "NO_COLOR" in self.environ else _COLORED

    @property
    def dumb(self) -> bool:
        return self.environ.get("TERM") == "dumb"


SETUPS = st.builds(
    Setup,
    columns=st.sampled_from([1, 2, 7, 20, 60, 80, 200]),
    lines=st.sampled_from([1, 2, 5, 24]),
    color=st.sampled_from(["auto", "auto", "always", "never"]),
    environ=st.sampled_from([{}, {}, {"NO_COLOR": "1"}, {"TERM": "dumb"}]),
    quiet=st.booleans(),
    frames=st.sampled_from([15, math.inf]),
)


class _Emulator(pyte.HistoryScreen):  # type: ignore[misc]  # pyte has no types
    """Leaves out what takes no cell and joins none; the original drops all that follows it."""

    def draw(self, data: str) -> None:
        super().draw("".join(c for c in data if wcwidth(c) > 0 or unicodedata.combining(c)))


_UNTOUCHED = pyte.Screen(80, 24)


class _Screen(Screen):
    def _open(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self._screen = _Emulator(columns, lines, history=10_000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)


class Shown:
    """What came of showing an exchange: a screen, and what was written on each stream."""

    def __init__(self, setup: Setup, output: OutputName, exchange: Exchange) -> None:
        self.setup = setup
        self.screen = _Screen(setup.columns, setup.lines)
        self.stdout, self.stderr = io.BytesIO(), io.BytesIO()
        view = View(output=output, stream=exchange.streamed, color=setup.color, quiet=setup.quiet)
        terminal = self._terminal()
        messages = Messages(terminal, color=view.color, quiet=view.quiet)
        with patch.object(rich_view, "FRAMES_PER_SECOND", setup.frames):
            renderer = choose_renderer(view, terminal, messages)
            for event in exchange.events():
                renderer.show(event)
            if (error := exchange.error) is not None:
                renderer.fail(error)

    def _terminal(self) -> Terminal:
        setup, on_screen = self.setup, self.screen.terminal(self.setup.environ)
        return replace(
            on_screen,
            stdout=on_screen.stdout if setup.stdout_is_tty else self.stdout,
            stderr=on_screen.stderr if setup.stderr_is_tty else self.stderr,
            stdout_is_tty=setup.stdout_is_tty,
            stderr_is_tty=setup.stderr_is_tty,
        )


def inert(written: bytes, styles: str, *, moves: bool = False) -> None:
    """Assert that `written` is seen text and sequences of ours, each where we use it.

    Args:
        written: what a stream got.
        styles: the pattern of the styles that may be used.
        moves: whether the cursor may move.
    """
    style = re.compile(rf"\x1b\[{styles}(?:;{styles})*m", re.ASCII)
    drawn, styled, tail = 0, False, False
    for number, token in enumerate(_SEQUENCE.split(written.decode())):
        if number % 2 == 0:
            assert [c for c in token if not _is_seen(c)] == []
            assert not (styled and "\n" in token), "a style ends with its row"
            drawn += token.count("\n") if tail else 0
        elif style.fullmatch(token):
            styled = token != "\x1b[0m"
        elif erase := _ERASE.fullmatch(token):
            assert int(erase[1]) == drawn, "only the tail is erased"
            drawn = 0
        elif token in {_NO_WRAP, _WRAP}:
            assert tail == (token == _WRAP)
            tail = token == _NO_WRAP
        else:
            assert token == _CLEAR_ECHO
        assert moves or number % 2 == 0 or style.fullmatch(token)
    assert not styled
    assert not tail


def _is_seen(character: str) -> bool:
    """Tell whether `character` shows; a joiner does by what it joins."""
    if unicodedata.category(character) not in _UNSEEN:
        return True
    return character in {"\n", "\t"} | _JOINERS or ord(character) in _NUMBER_SIGNS


def undisturbed(screen: Screen) -> None:
    """Assert that the emulator is as it was before, but for the text on it."""
    emulator = screen._screen
    for state in ("mode", "margins", "charset", "g0_charset", "title", "icon_name", "savepoints"):
        assert getattr(emulator, state) == getattr(_UNTOUCHED, state), state
    assert (emulator.cursor.x, emulator.cursor.hidden) == (0, False)
    assert emulator.cursor.attrs == _UNTOUCHED.cursor.attrs


def marks(*texts: str | None) -> Counter[str]:
    """Count the marks in `texts`, those that carry an accent among them."""
    plain = unicodedata.normalize("NFD", "".join(text or "" for text in texts))
    return Counter(character for character in plain if character in MARKS)


def exact(text: str) -> str:
    """Return `text` with surrogate pairs joined and half ones kept."""
    utf16 = text.encode("utf-16-le", "surrogatepass")
    return utf16.decode("utf-16-le", "surrogatepass")


def visible(text: str) -> str:
    """Return the pattern of what a terminal may show for `text`."""
    return "".join(map(_visible, exact(text).replace("\r\n", "\n")))


def visible_in_rows(text: str) -> str:
    """Return the pattern of what a terminal may show for `text` if rows end between words."""
    pairs = re.findall(r"([^ \t]*)([ \t]*)", text)
    return "".join(visible(word) + (gap and f"(?:{visible(gap)}|\n)") for word, gap in pairs)


def _visible(character: str) -> str:
    code = ord(character)
    shown = re.escape(chr(0x2400 + code) if code < 0x20 else f"<U+{code:04X}>")
    if character == "\x7f":
        shown = "␡"
    return f"(?:{re.escape(character)}|{shown})" if _is_seen(character) else shown


def as_line(text: str) -> str:
    """Return `text` with a newline at its end, unless it has one."""
    return text if text.endswith("\n") else text + "\n"


def check_rich(shown: Shown, exchange: Exchange) -> None:
    reasoning = exchange.reply.reasoning if exchange.streamed or exchange.failure is None else ""
    expected = marks(
        exchange.shown, exchange.message, exchange.hint, "" if shown.setup.quiet else reasoning
    )
    inert(shown.screen.written, shown.setup.styles(tty=True), moves=not shown.setup.dumb)
    undisturbed(shown.screen)
    assert marks(*shown.screen.rows()) == expected


def check_rich_in_a_pipe(shown: Shown, exchange: Exchange) -> None:
    inert(shown.stdout.getvalue(), shown.setup.styles(tty=False))
    assert marks(shown.stdout.getvalue().decode()) == marks(exchange.shown)


def check_plain(shown: Shown, exchange: Exchange) -> None:
    inert(shown.screen.written, "(?!)")
    undisturbed(shown.screen)
    text = shown.screen.written.decode()
    if exchange.shown or exchange.failure is None:
        end = "" if exchange.shown.endswith("\n") else "\n"
        assert re.fullmatch(visible_in_rows(exchange.shown) + end, text)
    else:
        assert not text


def check_plain_in_a_pipe(shown: Shown, exchange: Exchange) -> None:
    nothing = exchange.failure is not None and not exchange.shown
    utf16 = exchange.shown.encode("utf-16-le", "surrogatepass")
    text = "" if nothing else as_line(utf16.decode("utf-16-le", "replace"))
    assert shown.stdout.getvalue() == text.encode()


def check_json(shown: Shown, exchange: Exchange) -> None:
    (document,) = objects(shown.stdout.getvalue())
    if exchange.failure is None:
        assert document["text"] == exact(exchange.reply.text)
        assert document["reasoning"] == exact(exchange.reply.reasoning or "")
    else:
        assert document["error"]["message"] == exact(exchange.message)


def check_ndjson(shown: Shown, exchange: Exchange) -> None:
    events = objects(shown.stdout.getvalue())
    deltas = [event["text"] for event in events if event["event"] == "delta"]
    assert "".join(deltas) == exact(exchange.shown)
    assert events[-1]["event"] == ("end" if exchange.failure is None else "error")


def objects(written: bytes) -> list[dict[str, Any]]:
    """Return the objects of `written`, one a line, in which nothing is unseen."""
    text = written.decode()
    *lines, rest = text.split("\n")
    assert rest == ""
    assert [c for c in "".join(lines) if not _is_seen(c) or c == "\t"] == []
    return [json.loads(line) for line in lines]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to show an exchange, and what must be true of its standard output."""

    output: OutputName
    check: Callable[[Shown, Exchange], None]
    stdout_is_tty: bool = False
    stderr_is_tty: bool = True

    def show(self, setup: Setup, exchange: Exchange) -> None:
        """Show `exchange`, and look at each stream."""
        setup = replace(setup, stdout_is_tty=self.stdout_is_tty, stderr_is_tty=self.stderr_is_tty)
        shown = Shown(setup, self.output, exchange)
        self.check(shown, exchange)
        inert(shown.stderr.getvalue(), setup.styles(tty=False))
        if not self.stdout_is_tty:
            inert(shown.screen.written, setup.styles(tty=True), moves=not setup.dumb)
            undisturbed(shown.screen)
            assert marks(exchange.message, exchange.hint) <= marks(*shown.screen.rows())


FORMS = {
    "rich on a terminal": Form("rich", check_rich, stdout_is_tty=True),
    "rich in a pipe": Form("rich", check_rich_in_a_pipe),
    "plain on a terminal": Form("plain", check_plain, stdout_is_tty=True, stderr_is_tty=False),
    "plain in a pipe": Form("plain", check_plain_in_a_pipe),
    "json": Form("json", check_json),
    "ndjson": Form("ndjson", check_ndjson),
}


@pytest.mark.parametrize("examples", [300, pytest.param(10_000, marks=pytest.mark.fuzz)])
def test_no_text_from_outside_acts_on_a_terminal_or_is_lost(examples):
    @settings(max_examples=examples, deadline=None)
    @given(exchanges(), SETUPS)
    def holds(exchange: Exchange, setup: Setup) -> None:
        for name, form in FORMS.items():
            note(f"shown as {name}")
            form.show(setup, exchange)

    holds()
