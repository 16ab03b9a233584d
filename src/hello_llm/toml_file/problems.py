"""The problems of a configuration file, one sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.text.phrases import printable
from hello_llm.toml_file.positions import Position


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in a file."""

    message: str
    """The cause, without the position."""
    hint: str | None = None
    """How to fix it."""
    position: Position | None = None
    """Its position, if known."""

    def sentence(self, path: Path) -> str:
        """Return the cause with its position: file, line and column."""
        return f"{place(path, self.position)}: {self.message}"


def place(path: Path, position: Position | None) -> str:
    """Return ``FILE, line 7, column 1``, with as much of the position as is known."""
    words = printable(str(path))
    return words if position is None else f"{words}, {position}"


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Sort `problems` by position, those of the whole file first."""
    return tuple(sorted(problems, key=_line_and_column))


def to_error(path: Path, problems: Sequence[Problem]) -> UsageError:
    """Return the error that reports the first of `problems` and counts the others."""
    first, *others = problems
    message = first.sentence(path)
    if others:
        message += f" (and {counted(others, 'more problem')})"
    return UsageError(message, hint=first.hint)


def counted(problems: Sequence[Problem], noun: str = "problem") -> str:
    """Return the number of `problems` in words: ``1 problem``, ``2 problems``."""
    return f"{len(problems)} {noun}{'' if len(problems) == 1 else 's'}"


def _line_and_column(problem: Problem) -> tuple[int, int]:
    position = problem.position
    return (0, 0) if position is None else (position.line, position.column or 0)
