"""``hello-llm help``: topics that belong to no single command."""

from collections.abc import Callable
from typing import Annotated

import typer

from hello_llm.contract import ExitCode, UsageError


def exit_codes() -> str:
    """Return the table of exit codes, one per line."""
    width = max(len(code.name) for code in ExitCode)
    return "\n".join(f"{code:>3}  {code.name:{width}}  {code.meaning}" for code in ExitCode)


TOPICS: dict[str, Callable[[], str]] = {"exit-codes": exit_codes}


def help_(
    context: typer.Context,
    topic: Annotated[str | None, typer.Argument(help=f"One of: {', '.join(TOPICS)}.")] = None,
) -> None:
    """Explain a topic."""
    if topic is None:
        typer.echo(context.find_root().get_help())
    elif topic in TOPICS:
        typer.echo(TOPICS[topic]())
    else:
        known = ", ".join(TOPICS)
        raise UsageError(f"there is no help on {topic!r}", f"topics: {known}; or COMMAND --help")
