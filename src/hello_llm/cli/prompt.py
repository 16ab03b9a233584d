"""The prompt and standard input, in one sentence: the prompt, a blank line, then what is piped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hello_llm.cli.standard_input import UNREAD, Input, Waiting, classify, read_text
from hello_llm.contract import UsageError
from hello_llm.rendering.terminal import Terminal
from hello_llm.text.decoding import NotTextError, check_typed

GREETING = "hello world"
"""What is sent where nothing is asked and nothing is piped."""

STANDARD_INPUT = "-"
"""The word that stands for standard input, alone or after others."""


@dataclass(frozen=True, slots=True)
class PromptSource:
    """What was typed as a prompt, and whether standard input may be read."""

    words: Sequence[str]
    """The words behind the command."""
    flag: str | None
    """The text of ``--prompt``."""
    no_stdin: bool
    """True to leave standard input alone."""

    def read(self, terminal: Terminal, waiting: Waiting) -> str | None:
        """Return the prompt, or ``None`` where a person is there for a conversation.

        Args:
            terminal: whose standard input is read.
            waiting: how it is waited for.

        Raises:
            DeadlineError: nothing more came on standard input in time.
            UsageError: the prompt or the pipe is empty, is not text, or has no end.
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
            return GREETING if typed is None else typed
        if piped and not piped.isspace():
            return piped if typed is None else f"{typed}\n\n{piped}"
        if typed is None:
            raise UsageError("standard input is empty", f"{UNREAD}; </dev/null means no input")
        return typed

    def awaits_person(self, terminal: Terminal) -> bool:
        """Whether what is asked will be typed by a person at `terminal`."""
        unasked = not self.words and self.flag is None
        may_read = (unasked or self._is_dash()) and not self.no_stdin
        return may_read and classify(terminal) is Input.PERSON

    def _is_dash(self) -> bool:
        """Whether the last word stands for standard input."""
        return bool(self.words) and self.words[-1] == STANDARD_INPUT

    def _required(self, source: Input, terminal: Terminal, waiting: Waiting) -> str:
        """Return the text for which the last word stands; a person may take any time for it."""
        if self.no_stdin:
            raise UsageError(
                "- stands for standard input, which --no-stdin leaves unread",
                "leave out one of them; --prompt - sends the character",
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
