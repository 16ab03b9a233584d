"""Builds the parser of the command line, importing only the commands that a run needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.main import get_command

from hello_llm import __version__
from hello_llm.cli.completion_scripts import Shell
from hello_llm.cli.examples import EXAMPLES, shown
from hello_llm.machine.deferred_classes import import_without


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


def _add_batch(app: typer.Typer) -> None:
    from hello_llm.cli.commands.batch.command import batch

    app.command("batch")(batch)


def _add_serve(app: typer.Typer) -> None:
    from hello_llm.cli.commands.serve.command import serve

    app.command("serve")(serve)


def _add_config(app: typer.Typer) -> None:
    from hello_llm.cli.commands.config import command

    app.add_typer(command.app, name="config")


def _add_models(app: typer.Typer) -> None:
    from hello_llm.cli.commands.models import command

    app.add_typer(command.app, name="models")


def _add_warm(app: typer.Typer) -> None:
    from hello_llm.cli.commands import warm

    app.add_typer(warm.app, name="warm")


def _add_spend(app: typer.Typer) -> None:
    from hello_llm.cli.commands.spend import command

    app.add_typer(command.app, name="spend")


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
        "batch": Command(
            "Ask every row of a file, and keep a line for each answer, whatever happens.",
            _add_batch,
        ),
        "serve": Command(
            "Answer OpenAI's clients, browsers and WebSockets with the profiles as models.",
            _add_serve,
        ),
        "config": Command(
            "Show the settings, and edit the configuration file.", _add_config, is_group=True
        ),
        "models": Command(
            "List models with their limits, prices and abilities.", _add_models, is_group=True
        ),
        "warm": Command(
            "Keep LiteLLM loaded in a background process, so that chat starts quickly.",
            _add_warm,
            is_group=True,
        ),
        "spend": Command(
            "Show what calls cost, and what the limits leave.", _add_spend, is_group=True
        ),
        "help": Command("Show the help of a command, or explain a topic.", _add_help),
        "schema": Command(
            "Print the JSON Schema of a document that the program writes.",
            _add_schema,
        ),
    }
)
"""Every command by its name."""


_NEVER_DRAWN = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""What Typer imports for pages written in Markdown and for its own tracebacks; we have neither."""


def parser_for(arguments: Sequence[str]) -> Any:  # noqa: ANN401 - the classes of Typer's Click are private
    """Return the command that parses and runs `arguments`."""
    first = list(arguments[:1])
    named = arguments if first == ["help"] else first  # help needs what it explains
    return parser(tuple(name for name in COMMANDS if name in named))


@cache
def parser(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - see above
    """Return the parser of :func:`application`, cached since building it takes a while."""
    root = get_command(application(names))
    for words, command in walk(root):
        examples = EXAMPLES.get(" ".join(words))
        command.epilog = examples and shown(examples)
        command.help = _reflowed(command.help)
        command.format_help = _drawn_quickly(command.format_help)
        for parameter in command.params:
            if parameter.param_type_name == "argument":
                _show_its_word_only(parameter, command)
    return root


def walk(
    command: Any,  # noqa: ANN401 - see above
    words: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield `command` and all commands below it, each after the words that call it."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, (*words, name))


def _reflowed(docstring: str) -> str:
    """Return the paragraphs of `docstring` without line breaks, which Typer would keep."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in docstring.split("\n\n"))


def _drawn_quickly(draw: Callable[..., None]) -> Callable[..., None]:
    """Make `draw`, by which Typer draws a page of help, import only what our pages need.

    See docs/decisions/help-by-typer.md.
    """

    def format_help(*arguments: object) -> None:
        import_without("typer.rich_utils", _NEVER_DRAWN)
        draw(*arguments)

    return format_help


def _show_its_word_only(argument: Any, command: Any) -> None:  # noqa: ANN401 - see above
    """Show an argument of `command` as ``WORD``, where Typer has ``{WORD}`` and ``WORD <str>``.

    The usage of a subcommand does not have it.
    See docs/decisions/help-by-typer.md.
    """
    word = argument.human_readable_name
    usage = (word if argument.required else f"[{word}]") + ("" if argument.nargs == 1 else "...")
    argument.get_usage_pieces = lambda context: [usage] if context.command is command else []
    argument.type = copy(argument.type)  # all arguments share one
    argument.type.get_metavar = lambda *_, **__: ""


def application(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the application; commands not in `names` are present with their summary only."""
    app = typer.Typer(
        name="hello-llm",
        no_args_is_help=True,
        add_completion=False,  # our own scripts also complete files, and names with colons
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


def _install_completion(shell: Shell | None) -> None:
    if shell is not None:
        from hello_llm.cli.completion_scripts.install import install
        from hello_llm.machine.environment import whole_environ

        typer.echo(install(shell, whole_environ()))
        raise typer.Exit


def _show_completion(shell: Shell | None) -> None:
    if shell is not None:
        from hello_llm.cli.completion_scripts.install import script_of

        typer.echo(script_of(shell), nl=False)
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    install_completion: Annotated[
        Shell | None,
        typer.Option(
            metavar="SHELL",
            callback=_install_completion,
            help="Install completion for SHELL: bash, zsh or fish.",
        ),
    ] = None,
    show_completion: Annotated[
        Shell | None,
        typer.Option(
            metavar="SHELL",
            callback=_show_completion,
            help="Print the completion script of SHELL.",
        ),
    ] = None,
) -> None:
    """One explicit command line for every language model."""
