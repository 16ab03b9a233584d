"""The parser of the command line, with as many of the commands as a run needs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.main import get_command

from hello_llm import __version__


def _add_chat(app: typer.Typer) -> None:
    from hello_llm.cli.commands.chat import chat  # noqa: PLC0415 - the others do without

    app.command("chat")(chat)


def _add_config(app: typer.Typer) -> None:
    from hello_llm.cli.commands import config  # noqa: PLC0415 - likewise

    app.add_typer(config.app, name="config")


def _add_warm(app: typer.Typer) -> None:
    from hello_llm.cli.commands import warm  # noqa: PLC0415 - likewise

    app.add_typer(warm.app, name="warm")


def _add_help(app: typer.Typer) -> None:
    from hello_llm.cli.commands.help import help_  # noqa: PLC0415 - likewise

    app.command("help")(help_)


def _add_schema(app: typer.Typer) -> None:
    from hello_llm.cli.commands.schema import schema  # noqa: PLC0415 - likewise

    app.command("schema")(schema)


COMMANDS: Mapping[str, Callable[[typer.Typer], None]] = MappingProxyType(
    {
        "chat": _add_chat,
        "config": _add_config,
        "warm": _add_warm,
        "help": _add_help,
        "schema": _add_schema,
    }
)
"""Adds each command to an application, and imports it only then; in the order of the help."""

_VERSION = "--version"


def parser_for(arguments: Sequence[str]) -> Any:  # noqa: ANN401 - the classes of Typer's Click are private
    """Return what parses `arguments` and acts on them."""
    match list(arguments):
        case [word] if word == _VERSION:
            return parser(())
        case [word, *_] if word in COMMANDS and word != "help":
            return parser((word,))
    return parser(tuple(COMMANDS))


@cache
def parser(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - see above
    """Return the parser that knows the commands of these `names`; building it takes a while."""
    return get_command(application(names))


def application(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the application with the commands of these `names`."""
    app = typer.Typer(
        name="hello-llm",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # its tracebacks show locals, which can hold keys
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=root,
    )
    for name in names:
        COMMANDS[name](app)
    return app


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"hello-llm {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option(_VERSION, callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """One explicit command line for every language model."""
