"""What completion offers: candidates, or any file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

OPEN = ("/", "=", ".")
"""The ends of a candidate that is only the beginning of a value."""


class Candidate(NamedTuple):
    """What may follow."""

    value: str
    """The text, without quotes."""
    summary: str = ""
    """What it means, in one line."""


@dataclass(frozen=True, slots=True)
class Files:
    """Any file; the shell itself completes it."""

    after: str = ""
    """What precedes the path in the value, such as ``junit=``."""


Offer = Iterable[Candidate] | Files


def plain(values: Iterable[str]) -> list[Candidate]:
    """Return a candidate for each of `values`."""
    return [Candidate(value) for value in values]


def commands_in(group: Any) -> Iterator[Candidate]:  # noqa: ANN401 - the classes of Typer are private
    """Yield the commands of `group`; of a command, nothing."""
    for name, command in getattr(group, "commands", {}).items():
        yield Candidate(name, _one_line(command.help))


def options_in(options: Iterable[tuple[str, Any]]) -> Iterator[Candidate]:
    """Yield the names of `options`, each with the object of Typer's that it names."""
    for name, option in options:
        yield Candidate(name, _one_line(option.help))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())
