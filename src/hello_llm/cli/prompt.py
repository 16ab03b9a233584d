"""Combines the prompt and standard input: the prompt, a blank line, then the piped text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hello_llm.cli.standard_input import LARGEST, UNREAD, Input, Waiting, classify, read_text
from hello_llm.contract import UsageError
from hello_llm.files.reading import STANDARD_INPUT, read_file, reason_of
from hello_llm.rendering.terminal import Terminal
from hello_llm.text import phrases
from hello_llm.text.decoding import NotTextError, check_typed, decode_text

GREETING = "hello world"
"""The prompt to send if nothing is asked and nothing is piped."""

_SOMETHING = f"give a prompt, or look at what is piped; {UNREAD}"


@dataclass(frozen=True, slots=True)
class PromptSource:
    """The typed prompt, and whether standard input may be read."""

    words: Sequence[str]
    """The arguments after the command."""
    flag: str | None
    """The text of ``--prompt``."""
    no_stdin: bool
    """True to leave standard input unread."""
    file: Path | None = None
    """The file of ``--prompt-file``."""

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
        typed = self.typed()
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
            raise UsageError("standard input is empty, and there is no prompt", _SOMETHING)
        return _greeting(waiting)

    def awaits_person(self, terminal: Terminal) -> bool:
        """Return whether a person at `terminal` will type the prompt."""
        unasked = not self.words and self.flag is None and self.file is None
        may_read = (unasked or self._is_dash()) and not self.no_stdin
        return may_read and classify(terminal) is Input.PERSON

    def _is_dash(self) -> bool:
        """Return whether the last argument, or the file, means standard input."""
        return STANDARD_INPUT in {*self.words[-1:], str(self.file)}

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

    def typed(self) -> str | None:
        """Return what was typed or is in a file; ``None`` if nothing was.

        Raises:
            UsageError: it is given twice, empty, not text, or too large.
        """
        words = self.words[:-1] if self.words[-1:] == [STANDARD_INPUT] else self.words
        file = None if str(self.file) == STANDARD_INPUT else self.file
        ways = {"the words": words, "--prompt": self.flag, "--prompt-file": file}
        given = [way for way, value in ways.items() if value not in (None, [])]
        if len(given) > 1:
            raise UsageError("the prompt is given twice", f"leave out {given[1]}, or {given[0]}")
        if not given:
            return None
        text = " ".join(words) or self.flag or (_in_file(file) if file else "")
        if not text.strip():
            where = "" if file is None else f" in {phrases.printable(str(file))}"
            raise UsageError(f"the prompt{where} is empty", 'hello-llm chat "Say hello"')
        try:
            check_typed(text)
        except NotTextError as error:
            raise UsageError(f"the prompt {error}", error.hint) from None
        return text


def _in_file(path: Path) -> str:
    """Return the text in the file at `path`, without the newlines at its end, as a shell has it.

    Raises:
        UsageError: the file cannot be read, is not text, or is too large.
    """
    shown = phrases.printable(str(path))
    try:
        return decode_text(read_file(path, LARGEST)).rstrip("\n")
    except NotTextError as error:
        raise UsageError(f"{shown} {error}", error.hint) from None
    except (OSError, ValueError) as error:
        reason = f"cannot read {shown}: {reason_of(error)}"
        raise UsageError(reason, "--prompt-file FILE") from None


def _greeting(waiting: Waiting) -> str:
    waiting.note(f'nothing is asked, so "{GREETING}" is sent')
    return GREETING
