"""Reads a person's turns with line editing, pastes of many lines and a history in memory."""

from typing import Literal, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import TabsProcessor
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from hello_llm.cli.commands.chat.line_editor import (
    TOGETHER_S,
    KeyList,
    note_early,
    prompt_row,
    write_prompt,
)
from hello_llm.cli.display import Display
from hello_llm.cli.signals import STOP
from hello_llm.cli.standard_input import is_ready
from hello_llm.rendering.terminal import ByteReader, ByteWriter, Terminal

_TAB_COLUMNS = 8
_TYPED: dict[Keys | str, str] = {Keys.ControlM: "\n", Keys.ControlJ: "\n", Keys.ControlI: "\t"}
"""The text of the control keys that have one."""


class PromptEditor:
    """Edits a turn with prompt_toolkit; nothing that it does depends on environment variables."""

    keys: KeyList = (
        ("Enter", "sends"),
        ("Ctrl-J, Alt-Enter", "begins a new line"),
        ("Up, Down", "go through the earlier turns"),
        ("Ctrl-C", "drops what is typed, or stops an answer"),
        ("Ctrl-D", "leaves, if nothing is typed"),
    )

    def __init__(self, display: Display) -> None:
        """Edit on the terminal of `display`."""
        self._display = display
        self._terminal = display.terminal
        self._input = Vt100Input(_text(self._terminal.stdin, "r"))
        self._session: PromptSession[str] = PromptSession(
            prompt_row(""),
            input=self._input,
            output=_output(self._terminal),
            color_depth=ColorDepth.MONOCHROME,
            key_bindings=self._bindings(),
            multiline=True,
            input_processors=[TabsProcessor(_TAB_COLUMNS, " ", " ")],
            enable_suspend=True,
            erase_when_done=True,
        )

    def read(self) -> str:
        """Read a turn; see :class:`~hello_llm.cli.commands.chat.line_editor.LineEditor`."""
        # Without a gap between the two: a line break means Enter only where the mode is raw.
        with self._input.raw_mode():
            ahead = self._typed_ahead()
            try:
                with STOP.passing_to(self._end):
                    return self._session.prompt(default=ahead, handle_sigint=False)
            finally:
                # What was edited is erased, because it was never taller than the screen.
                text = self._session.default_buffer.text
                write_prompt(self._terminal, f"{prompt_row(text)}\n")

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("enter")
        def _send(event: KeyPressEvent) -> None:
            # Terminals without bracketed paste give a paste as keys, all at once.
            if event.key_processor.input_queue or is_ready(self._terminal.stdin, 0):
                _new_line(event)
            else:
                event.current_buffer.validate_and_handle()

        @bindings.add("c-j")
        @bindings.add("escape", "enter")
        def _new_line(event: KeyPressEvent) -> None:
            event.current_buffer.newline(copy_margin=False)

        return bindings

    def _typed_ahead(self) -> str:
        """Return the text typed before the prompt, and erase its echo from the current row."""
        keys: list[KeyPress] = []
        while is_ready(self._terminal.stdin, TOGETHER_S if keys else 0) and not self._input.closed:
            keys += self._input.read_keys()
        if not keys:
            return ""
        write_prompt(self._terminal, "\r\x1b[K")
        typed = "".join(map(_text_of, keys))
        text = typed.strip("\n")
        if text and "\n" in typed:
            note_early(self._display)
        return text

    def _end(self, error: BaseException) -> bool:
        """End the prompt with `error`; return whether it was open."""
        app = self._session.app
        if app.loop is None or app.future is None or app.future.done():
            return False
        app.exit(exception=error)
        app.loop.call_soon_threadsafe(app.invalidate)  # the loop may be asleep
        return True


def _text_of(key: KeyPress) -> str:
    if key.key in _TYPED:
        return _TYPED[key.key]
    is_text = not isinstance(key.key, Keys) or key.key is Keys.BracketedPaste
    return key.data if is_text else ""


def _output(terminal: Terminal) -> Vt100_Output:
    def size() -> Size:
        columns, lines = terminal.size()
        # tmux and others keep a screen that is erased from its first row on: the draft of a paste.
        return Size(rows=max(1, lines - 1), columns=columns)

    stream = terminal.stdout if terminal.stdout_is_tty else terminal.stderr
    return Vt100_Output(_text(stream, "w"), size, enable_bell=False, enable_cpr=False)


def _text(stream: ByteReader | ByteWriter, mode: Literal["r", "w"]) -> TextIO:
    """Return the file of `stream` as prompt_toolkit wants it: of text, and never closed."""
    return open(stream.fileno(), mode, encoding="utf-8", closefd=False)
