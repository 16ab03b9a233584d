"""``hello-llm warm``: manages a process that keeps LiteLLM imported, to make calls quick."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hello_llm.cli.startup import HOLDER
from hello_llm.contract import BugError, ExitCode, UsageError
from hello_llm.settings.field import Section

if TYPE_CHECKING:
    from hello_llm.warm.control import Status

_NONE = "no warm process is running"

_Answer = TypeVar("_Answer")

app = typer.Typer(
    no_args_is_help=True,
    help="Keep LiteLLM loaded in a background process, so that chat starts quickly.",
)


@app.command()
def start() -> None:
    """Start the warm process, if none is running; it ends after 15 minutes without a call."""
    from hello_llm.machine.environment import harmless
    from hello_llm.warm.control import bring_up, status

    running = _tried(status)
    if running is None:
        running = _tried(lambda: bring_up(HOLDER, harmless()))
        said, hint = "is ready; it ends after 15 minutes without a call", "hello-llm warm stop"
    else:
        said, hint = "is already running", "hello-llm warm stop && hello-llm warm start"
    if running.cold_because is not None:
        why = running.cold_because
        reason = f"warm process {running.pid} does not accept calls from here: {why}"
        raise UsageError(reason, hint)
    typer.echo(f"warm process {running.pid} {said}")


@app.command()
def status(
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON document.", rich_help_panel=Section.SHOWN),
    ] = False,
) -> None:
    """Describe the warm process; exits 1 if none is running."""
    from hello_llm.warm.control import status

    running = _tried(status)
    if as_json:
        typer.echo(json.dumps(asdict(running) if running else {"pid": None}))
    else:
        typer.echo(_NONE if running is None else _described(running))
    if running is None:
        raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command()
def stop() -> None:
    """End the warm process; calls in progress finish first."""
    from hello_llm.warm.control import stop

    for pid, ended in (told := _tried(stop)).items():
        typer.echo(f"warm process {pid} {'has ended' if ended else 'has been told to end'}")
    if not told:
        typer.echo(_NONE)


def _tried(ask: Callable[[], _Answer]) -> _Answer:
    """Call `ask` and translate its errors.

    Raises:
        BugError: the warm process did not start, since something is damaged or ran out.
        UsageError: a warm process is not possible here, or it is in a bad state.
    """
    from hello_llm.warm.control import DamagedError, WarmError, unavailable

    missing = unavailable()
    if missing is not None:
        raise UsageError(missing, "everything else works without it")
    try:
        return ask()
    except DamagedError as error:
        raise BugError(str(error), error.hint) from None
    except WarmError as error:
        raise UsageError(f"the warm process: {error}", error.hint) from None


def _described(running: "Status") -> str:
    lines = [
        f"warm process {running.pid}, for {running.age_s:.0f} s",
        f"calls     {running.calls} answered, {running.under_way} in progress",
        f"memory    {running.memory_mib:.0f} MiB",
        f"socket    {running.socket}",
    ]
    if running.cold_because is not None:
        lines.append(f"every call from here is cold: {running.cold_because}")
    return "\n".join(lines)
