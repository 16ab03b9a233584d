"""The application: its commands, and what becomes of whatever they raise."""

import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

import typer

from hello_llm import __version__
from hello_llm.cli import signals
from hello_llm.cli.commands import config
from hello_llm.cli.commands.chat import chat
from hello_llm.cli.commands.help import help_
from hello_llm.cli.commands.schema import schema
from hello_llm.cli.delivery import endings, report
from hello_llm.cli.surface import Surface
from hello_llm.contract import BugError, ExitCode, HelloLLMError, UsageError
from hello_llm.rendering.choose import OutputName, View
from hello_llm.rendering.terminal import Terminal

app = typer.Typer(
    name="hello-llm",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks show locals, which can hold keys
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("chat")(chat)
app.add_typer(config.app, name="config")
app.command("help")(help_)
app.command("schema")(schema)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"hello-llm {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """One explicit command line for every language model."""


def run(arguments: Sequence[str]) -> ExitCode:
    """Run the program with `arguments` and return its exit code; never raises."""
    signals.install()
    try:
        with endings():
            code = app(list(arguments), prog_name="hello-llm", standalone_mode=False)
            sys.stdout.flush()
            return ExitCode(code or 0)
    except HelloLLMError as error:
        return report(error, _surface(arguments).renderer())
    except typer.Abort:
        return ExitCode.INT
    except typer.TyperException as error:
        return report(_usage(error), _surface(arguments).renderer())
    except Exception as error:  # noqa: BLE001 - a bug of ours ends in one line too
        if "--debug" in arguments:
            traceback.print_exc()
        return report(_bug(error), _surface(arguments).renderer())


def _usage(error: typer.TyperException) -> UsageError:
    """Say in our words what Typer found wrong with the command line."""
    found: Any = error  # the classes of Typer's own copy of Click are private
    context = getattr(found, "ctx", None)
    command = context.command_path if context is not None else "hello-llm"
    sentence = found.format_message().rstrip(".")
    return UsageError(sentence[:1].lower() + sentence[1:], f"{command} --help")


def _bug(error: Exception) -> BugError:
    kind = type(error).__name__
    return BugError(
        f"unexpected {kind}: {error}",
        "this is a mistake of hello-llm: please report it with the output of --debug",
    )


def _surface(arguments: Sequence[str]) -> Surface:
    """Return where to report an error that came before the settings were known."""
    view = View(output=_wanted_output(arguments), stream=False)
    return Surface.of_view(view, Terminal.real())


def _wanted_output(arguments: Sequence[str]) -> OutputName:
    """Return the form that `arguments` ask for, as far as unchecked arguments tell."""
    before = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    if "--json" in before:
        return "ndjson" if "--stream" in before else "json"
    for name in ("json", "ndjson"):
        if f"--output={name}" in before or ("--output", name) in set(pairwise(before)):
            return name
    return "plain"
