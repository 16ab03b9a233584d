"""What is being typed on a command line: the command, its options so far, and the current word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import typer

from hello_llm.cli.parser import parser_for


@dataclass(slots=True, kw_only=True)
class Line:
    """A command line up to the cursor."""

    command: Any
    """The command or group that is called, an object of Typer's."""
    path: tuple[str, ...]
    """The words that name it, such as ``config set``."""
    current: str
    """The value that is being typed, or the current word if that is no value."""
    typed: dict[str, list[str]] = field(default_factory=dict)
    """The values of each parameter before the current word, by its name."""
    parameter: Any = None
    """The parameter that the current word gives a value to, if it does."""
    kept: str = ""
    """What precedes the value in the current word, such as ``--model=``."""
    wants_option: bool = False
    """Whether the current word begins the name of an option."""


def understand(words: Sequence[str], current: str) -> Line:
    """Return the line of the `words` after the program's name, and the `current` one."""
    command, rest = parser_for(words), list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    line = Line(command=command, path=tuple(words[: len(words) - len(rest)]), current=current)
    reader = _Reader(line)
    for word in rest:
        reader.take(word)
    reader.finish()
    return line


def options_of(command: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the classes of Typer are private
    """Return the options of `command` by each of their names, ``--help`` included."""
    context = typer.Context(command, help_option_names=["-h", "--help"])
    found = [one for one in command.get_params(context) if one.param_type_name == "option"]
    return {name: one for one in found for name in (*one.opts, *one.secondary_opts)}


class _Reader:
    """Takes in the words after the command."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._options = options_of(line.command)
        self._arguments = [one for one in line.command.params if one.param_type_name == "argument"]
        self._awaiting: Any = None
        self._ended = False

    def take(self, word: str) -> None:
        """Take in a word before the current one."""
        option, kept = self._option(word)
        if self._awaiting is not None:
            self._note(self._awaiting, word)
            self._awaiting = None
        elif word == "--" and not self._ended:
            self._ended = True
        elif option is None:
            self._take_argument(word)
        elif option.is_flag:
            self._note(option)
        elif kept:
            self._note(option, word.removeprefix(kept))
        else:
            self._awaiting = option

    def finish(self) -> None:
        """Decide what the current word is."""
        line = self._line
        option, kept = self._option(line.current)
        if self._awaiting is not None:
            line.parameter = self._awaiting
        elif option is not None and kept and not option.is_flag:
            line.parameter, line.kept = option, kept
            line.current = line.current.removeprefix(kept)
        elif line.current.startswith("-") and not self._ended:
            line.wants_option = True
        elif self._arguments:
            line.parameter = self._arguments[0]

    def _option(self, word: str) -> tuple[Any, str]:
        """Return the option that `word` names, and what precedes a value in the same word."""
        if self._ended or not word.startswith("-"):
            return None, ""
        name, equals, _ = word.partition("=")
        if not word.startswith("--"):
            name, equals = word[:2], ""
        kept = name + equals if len(word) > len(name) else ""
        return self._options.get(name), kept

    def _take_argument(self, word: str) -> None:
        if self._arguments:
            self._note(self._arguments[0], word)
            if self._arguments[0].nargs != -1:
                del self._arguments[0]

    def _note(self, parameter: Any, *values: str) -> None:  # noqa: ANN401 - see above
        self._line.typed.setdefault(parameter.name, []).extend(values)
