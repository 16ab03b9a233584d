"""Writes everything but the answer to standard error: errors, warnings, notes."""

import re
from collections.abc import Callable

from hello_llm.contract import HelloLLMError, InterruptError, Retrying
from hello_llm.rendering.console import ColorChoice, Styling, styling
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal
from hello_llm.secrets.redactor import Redactor

_BLANKS = re.compile(r"\s{2,}|[^\S ]")
# Line breaks, and the tab, which makes some terminals overwrite text at the end of a row.
_LINE_BREAK = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ERASE_ROW = "\r\x1b[K"
_RED, _YELLOW, _CYAN = "31", "33", "36"


class Messages:
    """Writes messages of a label and one sentence each; never raises."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        color: ColorChoice = "auto",
        quiet: bool = False,
        verbose: bool = False,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        """Write to the standard error of `terminal`.

        Args:
            terminal: the terminal.
            color: when to use colour.
            quiet: whether to suppress all but errors.
            verbose: whether to write details as well.
            redact: removes secrets; by default those that can be recognized by their shape.
        """
        self.color = color
        self.redact = redact or Redactor()
        self._terminal = terminal
        self._styling = styling(terminal, "stderr", color)
        self._quiet = quiet
        self._verbose = verbose
        self._waits = False

    def error(self, error: HelloLLMError) -> None:
        """Report `error` and, if it has one, its hint."""
        self._say("error", _RED, error.message)
        if error.hint is not None:
            self._say("hint", _CYAN, error.hint)

    def clear_echo(self, error: HelloLLMError) -> None:
        """Erase the ``^C`` that a terminal echoed at the start of a row when Ctrl-C was pressed."""
        if isinstance(error, InterruptError) and self._terminal.stderr_is_tty:
            erased = "\n" if self._terminal.dumb else _ERASE_ROW
            self._terminal.write_stderr(erased.encode())

    def warning(self, text: str) -> None:
        """Report something the user should look at although the call succeeded."""
        if not self._quiet:
            self._say("warning", _YELLOW, text)

    def note(self, text: str) -> None:
        """Report something the user may want to know."""
        if not self._quiet:
            self._say("note", _CYAN, text)

    def detail(self, text: str | Callable[[], str]) -> None:
        """Report what only ``--verbose`` asks for: a text, or what returns it in that case."""
        if self._verbose:
            self.note(text if isinstance(text, str) else text())

    def retrying(self, event: Retrying) -> None:
        """Report that an attempt failed and when the next one starts."""
        when = f"in {event.delay_s:.1f} s" if event.delay_s else "now"
        how = " without streaming" if event.whole else ""
        self.note(
            f"attempt {event.attempt} failed ({event.code.name}): {event.message};"
            f" asking {event.model} {when}{how}"
        )

    def waiting(self, text: str) -> None:
        """Show `text` in a row of its own, until the next message or :meth:`end_waiting`.

        Nothing is shown on a screen that cannot erase it again.
        """
        if self._quiet or self._terminal.dumb or not self._terminal.stderr_is_tty:
            return
        shown = self.clean(text)[: self._terminal.size()[0] - 1]
        style, plain = ("", "") if self._styling is Styling.NONE else ("\x1b[2m", "\x1b[0m")
        self._terminal.write_stderr(f"{_ERASE_ROW}{style}{shown}{plain}".encode())
        self._waits = True

    def end_waiting(self) -> None:
        """Erase the row of :meth:`waiting`, if there is one."""
        if self._waits:
            self._waits = False
            self._terminal.write_stderr(_ERASE_ROW.encode())

    def clean(self, text: str) -> str:
        """Return `text` without secrets, on one line, and safe for a terminal and a CI log."""
        return inert(on_one_line(self.redact(text)))

    def _say(self, label: str, color: str, text: str) -> None:
        self.end_waiting()
        line = f"{self._styled(label + ':', color)} {self.clean(text)}\n"
        self._terminal.write_stderr(line.encode())

    def _styled(self, label: str, color: str) -> str:
        match self._styling:
            case Styling.NONE:
                return label
            case Styling.MONOCHROME:
                return f"\x1b[1m{label}\x1b[0m"
            case Styling.COLOR:
                return f"\x1b[1;{color}m{label}\x1b[0m"


def on_one_line(text: str) -> str:
    """Return `text` with one space for each run of blanks with a line break or tab."""
    return _BLANKS.sub(lambda run: " " if _LINE_BREAK.search(run[0]) else run[0], text).strip()
