"""Says on standard error what is not the answer: errors, warnings, notes."""

import re
from collections.abc import Callable

from hello_llm.contract import HelloLLMError, InterruptError, Retrying
from hello_llm.rendering.console import ColorChoice, Styling, styling
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal
from hello_llm.secrets.redactor import Redactor

_BLANKS = re.compile(r"\s{2,}|[^\S ]")
# What starts a row, and a tab: at the end of a row some terminals write over what is there.
_LINE_BREAK = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_RED, _YELLOW, _CYAN = "31", "33", "36"


class Messages:
    """Writes messages, each a label and one sentence; never raises."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        color: ColorChoice = "auto",
        quiet: bool = False,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        """Write to the standard error of `terminal`; `quiet` leaves errors only."""
        self.color = color
        self.redact = redact or Redactor()
        self._terminal = terminal
        self._styling = styling(terminal, "stderr", color)
        self._quiet = quiet

    def error(self, error: HelloLLMError) -> None:
        """Say what went wrong, and what repairs it where that is known."""
        self._say("error", _RED, error.message)
        if error.hint is not None:
            self._say("hint", _CYAN, error.hint)

    def clear_echo(self, error: HelloLLMError) -> None:
        """Remove the ``^C`` that a terminal wrote at the start of a row when Ctrl-C was typed."""
        if isinstance(error, InterruptError) and self._terminal.stderr_is_tty:
            self._terminal.write_stderr(b"\n" if self._terminal.dumb else b"\r\x1b[K")

    def warning(self, text: str) -> None:
        """Say what the user should look at though the call succeeded."""
        if not self._quiet:
            self._say("warning", _YELLOW, text)

    def note(self, text: str) -> None:
        """Say what the user may want to know."""
        if not self._quiet:
            self._say("note", _CYAN, text)

    def retrying(self, event: Retrying) -> None:
        """Say that an attempt failed and when the next one starts."""
        when = f"in {event.delay_s:.1f} s" if event.delay_s else "now"
        self.note(
            f"attempt {event.attempt} failed ({event.code.name}): {event.message};"
            f" asking {event.model} {when}"
        )

    def clean(self, text: str) -> str:
        """Return `text` without secrets, on one line, and safe for a terminal and a CI log."""
        return inert(on_one_line(self.redact(text)))

    def _say(self, label: str, color: str, text: str) -> None:
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
    """Return `text` with a space for each line break and tab, and the blanks around it."""
    return _BLANKS.sub(lambda run: " " if _LINE_BREAK.search(run[0]) else run[0], text).strip()
