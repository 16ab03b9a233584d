"""Builds the parser of the command line, importing only the commands that a run needs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.main import get_command

from hello_llm import __version__


class Command(NamedTuple):
    """What the application needs to know about a command even if it is not called."""

    summary: str
    """The first sentence of its help."""
    add: Callable[[typer.Typer], None]
    """Imports it and adds it to an application."""
    is_group: bool = False
    """Whether it has subcommands; the help lists such commands last."""


def _add_chat(app: typer.Typer) -> None:
    from hello_llm.cli.commands.chat.command import chat

    app.command("chat")(chat)


def _add_doctor(app: typer.Typer) -> None:
    from hello_llm.cli.commands.doctor.command import doctor

    app.command("doctor")(doctor)


def _add_check(app: typer.Typer) -> None:
    from hello_llm.cli.commands.check.command import check

    app.command("check")(check)


def _add_config(app: typer.Typer) -> None:
    from hello_llm.cli.commands import config

    app.add_typer(config.app, name="config")


def _add_warm(app: typer.Typer) -> None:
    from hello_llm.cli.commands import warm

    app.add_typer(warm.app, name="warm")


def _add_help(app: typer.Typer) -> None:
    from hello_llm.cli.commands.help import help_

    app.command("help")(help_)


def _add_schema(app: typer.Typer) -> None:
    from hello_llm.cli.commands.schema import schema

    app.command("schema")(schema)


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "chat": Command("Ask a model and show its answer.", _add_chat),
        "doctor": Command("Check what a call would run into, and how to fix it.", _add_doctor),
        "check": Command(
            "Run a suite of smoke checks and report whether the answers are as expected.",
            _add_check,
        ),
        "config": Command(
            "Show the settings, and edit the configuration file.", _add_config, is_group=True
        ),
        "warm": Command(
            "Keep LiteLLM loaded in a background process, so that chat starts quickly.",
            _add_warm,
            is_group=True,
        ),
        "help": Command("Explain a topic.", _add_help),
        "schema": Command(
            "Print the JSON Schema of --json (reply), --stream --json (events), doctor or checks.",
            _add_schema,
        ),
    }
)
"""Every command by its name."""


def parser_for(arguments: Sequence[str]) -> Any:  # noqa: ANN401 - the classes of Typer's Click are private
    """Return the command that parses and runs `arguments`."""
    if not arguments:  # a shell that wants completions passes the words in the environment
        return parser(tuple(COMMANDS))
    return parser(tuple(name for name in COMMANDS if name == arguments[0]))


@cache
def parser(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - see above
    """Return the parser of :func:`application`, cached since building it takes a while."""
    return get_command(application(names))


def application(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the application; commands not in `names` are present with their summary only."""
    app = typer.Typer(
        name="hello-llm",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # its tracebacks show locals, which can contain keys
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=root,
    )
    for name, command in COMMANDS.items():
        if name in names:
            command.add(app)
        elif command.is_group:
            app.add_typer(typer.Typer(help=command.summary, callback=_not_imported), name=name)
        else:
            app.command(name, help=command.summary)(_not_imported)
    return app


def _not_imported() -> NoReturn:
    raise AssertionError("a command that is called has been imported")


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"hello-llm {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """One explicit command line for every language model."""
