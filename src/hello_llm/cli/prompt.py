"""Combines the prompt and standard input: the prompt, a blank line, then the piped text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hello_llm.cli.standard_input import UNREAD, Input, Waiting, classify, read_text
from hello_llm.contract import UsageError
from hello_llm.rendering.terminal import Terminal
from hello_llm.text.decoding import NotTextError, check_typed

GREETING = "hello world"
"""The prompt to send if nothing is asked and nothing is piped."""

STANDARD_INPUT = "-"
"""The argument that means standard input, alone or after others."""


@dataclass(frozen=True, slots=True)
class PromptSource:
    """The typed prompt, and whether standard input may be read."""

    words: Sequence[str]
    """The arguments after the command."""
    flag: str | None
    """The text of ``--prompt``."""
    no_stdin: bool
    """True to leave standard input unread."""

    def read(self, terminal: Terminal, waiting: Waiting, *, expects: bool = False) -> str | None:
        """Return the prompt, or ``None`` to open a conversation with the person at the terminal.

        Args:
            terminal: the terminal whose standard input is read.
            waiting: how to wait for standard input.
            expects: whether an empty pipe or file in place of a prompt is a mistake, and not a try.

        Raises:
            DeadlineError: nothing more arrived on standard input in time.
            UsageError: the prompt or standard input is empty, is not text, or is too large.
        """
        typed = self._typed()
        source = Input.CLOSED if self.no_stdin else classify(terminal)
        if self._is_dash():
            piped = self._required(source, terminal, waiting)
        elif source is Input.PERSON:
            return typed
        elif source is Input.DATA:
            piped = read_text(terminal.stdin, waiting)
        else:
            return _greeting(waiting) if typed is None else typed
        if piped and not piped.isspace():
            return piped if typed is None else f"{typed}\n\n{piped}"
        if typed is not None:
            return typed
        if expects:
            raise UsageError("standard input is empty", f"{UNREAD}; </dev/null means no input")
        return _greeting(waiting)

    def awaits_person(self, terminal: Terminal) -> bool:
        """Return whether a person at `terminal` will type the prompt."""
        unasked = not self.words and self.flag is None
        may_read = (unasked or self._is_dash()) and not self.no_stdin
        return may_read and classify(terminal) is Input.PERSON

    def _is_dash(self) -> bool:
        """Return whether the last argument means standard input."""
        return bool(self.words) and self.words[-1] == STANDARD_INPUT

    def _required(self, source: Input, terminal: Terminal, waiting: Waiting) -> str:
        """Return standard input, which the last argument requires; a person may take any time."""
        if self.no_stdin:
            raise UsageError(
                "- means standard input, which --no-stdin does not read",
                "leave out one of the two; --prompt - sends the character",
            )
        waiting = replace(waiting, hint="close the pipe, or leave out the -")
        if source is Input.PERSON:
            waiting = replace(waiting, timeout_s=0.0, note=lambda _: None)
        piped = "" if source is Input.CLOSED else read_text(terminal.stdin, waiting)
        if not piped or piped.isspace():
            raise UsageError("standard input is empty, and - requires it", "leave out the -")
        return piped

    def _typed(self) -> str | None:
        words = self.words[:-1] if self._is_dash() else self.words
        if words and self.flag is not None:
            raise UsageError("the prompt is given twice", "leave out --prompt, or the words")
        if not words and self.flag is None:
            return None
        text = " ".join(words) if words else self.flag or ""
        if not text.strip():
            raise UsageError("the prompt is empty", 'hello-llm chat "Say hello"')
        try:
            check_typed(text)
        except NotTextError as error:
            raise UsageError(f"the prompt {error}", error.hint) from None
        return text


def _greeting(waiting: Waiting) -> str:
    waiting.note(f'nothing is asked, so "{GREETING}" is sent')
    return GREETING
