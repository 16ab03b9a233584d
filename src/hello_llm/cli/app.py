"""Runs a command, and turns any exception from it into a report and an exit code."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import typer

from hello_llm.cli.exits import endings, printing, report
from hello_llm.cli.failures import failure_view
from hello_llm.cli.parser import parser_for
from hello_llm.cli.signals import STOP, TerminatedError
from hello_llm.cli.startup import Startup
from hello_llm.contract import ExitCode, HelloLLMError

if TYPE_CHECKING:
    from hello_llm.cli.display import Display
    from hello_llm.rendering.choose import OutputName

_COLD = Startup()
_COMPLETE = "__complete"
"""The first argument by which a completion script asks what may follow."""
_NO_VARIABLE = "="
"""No environment variable can have this name: Typer's own way to ask, by a variable, is off."""


def run(arguments: Sequence[str], startup: Startup = _COLD) -> ExitCode:
    """Run the program with `arguments` and return its exit code.

    Args:
        arguments: the command line after the program's name.
        startup: how the process of the run was started.

    Raises:
        DeclinedError: the run is in a fork of the warm process but needs a process of its own.
    """
    STOP.install()
    try:
        return _run(arguments, startup)
    except KeyboardInterrupt:  # it came while another error was being reported
        return ExitCode.INT
    except TerminatedError:
        return ExitCode.TERM
    finally:
        STOP.resume()


def _run(arguments: Sequence[str], startup: Startup) -> ExitCode:
    try:
        with endings(), printing():
            return _invoke(arguments, startup)
    except HelloLLMError as error:
        display = _display(arguments)
        return report(error, failure_view(arguments, display), display)


def _invoke(arguments: Sequence[str], startup: Startup) -> ExitCode:
    if arguments[:1] == [_COMPLETE]:
        from hello_llm.cli.completion.answers import answer

        typer.echo(answer(arguments[1:]), nl=False)
        return ExitCode.OK
    parse = parser_for(arguments)
    try:
        code = parse(
            list(arguments),
            prog_name="hello-llm",
            complete_var=_NO_VARIABLE,
            standalone_mode=False,
            obj=startup,
        )
    except typer.TyperException as error:
        found: Any = error  # the classes of Typer's own copy of Click are private
        if not found.format_message():  # no command was named, and the help was printed
            return ExitCode.USAGE
        from hello_llm.cli.suggestions import explain

        raise explain(found, arguments) from None
    except SystemExit as end:  # the reader left the help
        return ExitCode.PIPE if end.code else ExitCode.OK
    return ExitCode(code or 0)


def _display(arguments: Sequence[str]) -> "Display":
    """Return the display for an error that occurred before the settings were known."""
    from hello_llm.cli.display import Display
    from hello_llm.rendering.choose import View
    from hello_llm.rendering.terminal import Terminal

    flags = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    view = View(output=_wanted_output(flags), stream=False)
    return Display.of_view(view, Terminal.real(), debug="--debug" in flags)


def _wanted_output(flags: Sequence[str]) -> "OutputName":
    """Return the output form that `flags` ask for, as far as unchecked arguments show it."""
    if "--json" in flags:
        return "ndjson" if "--stream" in flags else "json"
    for name in ("json", "ndjson"):
        if f"--output={name}" in flags or ("--output", name) in set(pairwise(flags)):
            return name
    return "plain"
