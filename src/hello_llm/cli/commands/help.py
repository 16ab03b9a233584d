"""``hello-llm help``: the help of a command, and topics that belong to no single command."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import typer

from hello_llm.contract import ExitCode, UsageError
from hello_llm.text import phrases


class Topic(NamedTuple):
    """Something to read about besides commands."""

    summary: str
    """What it tells, in one sentence."""
    text: Callable[[], str]
    """Returns all of it."""


def exit_codes() -> str:
    """Return the table of exit codes, one per line."""
    width = max(len(code.name) for code in ExitCode)
    return "\n".join(f"{code:>3}  {code.name:{width}}  {code.meaning}" for code in ExitCode)


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {"exit-codes": Topic("What each exit code means.", exit_codes)}
)


def help_(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND|TOPIC",
            help=f"A command, such as config set, or a topic: {', '.join(TOPICS)}."
            " Without either, they are listed.",
        ),
    ] = None,
) -> None:
    """Show the help of a command, or explain a topic."""
    program = context.find_root().command
    if not words:
        _show(program, [])
        typer.echo(_listed_topics())
    elif len(words) == 1 and words[0] in TOPICS:
        typer.echo(TOPICS[words[0]].text())
    else:
        _check_command(program, words)
        _show(program, words)


def _show(program: Any, words: Sequence[str]) -> None:  # noqa: ANN401 - Typer's classes are private
    program([*words, "--help"], prog_name="hello-llm", standalone_mode=False)


def _listed_topics() -> str:
    rows = [f" # {topic.summary}\n hello-llm help {name}\n" for name, topic in TOPICS.items()]
    return "\n".join([" Topics:\n", *rows])


def _check_command(program: Any, words: Sequence[str]) -> None:  # noqa: ANN401 - as above
    """Check that `words` are the name of a command of `program`.

    Raises:
        UsageError: they are not; the hint has the nearest name.
    """
    command, topics = program, tuple(TOPICS)
    for index, word in enumerate(words):
        below = getattr(command, "commands", {})
        if word not in below:
            near = phrases.nearest(word, [*below, *topics])
            known = ["hello-llm help", *words[:index], *filter(None, [near])]
            raise UsageError(f"there is no help on {' '.join(words)!r}", " ".join(known))
        command, topics = below[word], ()
