"""``hello-llm warm``: keep a process that holds the import of LiteLLM, so that calls are quick."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hello_llm.cli.launch import HOLDER
from hello_llm.contract import BugError, ExitCode, UsageError

if TYPE_CHECKING:
    from hello_llm.warm.control import Status

_NONE = "no warm process runs"

_Answer = TypeVar("_Answer")

app = typer.Typer(
    no_args_is_help=True,
    help="Keep a process of your own that has LiteLLM imported; while it runs, chat is quick.",
)


@app.command()
def start() -> None:
    """Start the warm process, unless one runs; it ends after 15 minutes without a call."""
    from hello_llm.providers.litellm.environment import harmless  # noqa: PLC0415 - not every run
    from hello_llm.warm.control import start, status  # noqa: PLC0415 - likewise

    running = _tried(status)
    if running is not None:
        typer.echo(f"warm process {running.pid} runs already")
        return
    _tried(lambda: start(HOLDER, harmless(), wait=True))
    running = _tried(status)
    if running is None:
        raise UsageError("the warm process ended at once", "hello-llm warm start")
    typer.echo(f"warm process {running.pid} is ready; it ends after 15 minutes without a call")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print how the warm process does; the exit code is 1 if none runs."""
    from hello_llm.warm.control import status  # noqa: PLC0415 - not every run

    running = _tried(status)
    if as_json:
        typer.echo(json.dumps(asdict(running) if running else {"pid": None}))
    else:
        typer.echo(_NONE if running is None else _described(running))
    if running is None:
        raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command()
def stop() -> None:
    """End the warm process; the calls that it answers just now come to their end first."""
    from hello_llm.warm.control import stop  # noqa: PLC0415 - not every run

    for pid, ended in (told := _tried(stop)).items():
        typer.echo(f"warm process {pid} {'has ended' if ended else 'was told to end'}")
    if not told:
        typer.echo(_NONE)


def _tried(ask: Callable[[], _Answer]) -> _Answer:
    """Return what `ask` does.

    Raises:
        BugError: it did not come up since something is damaged or ran out.
        UsageError: there can be no warm process here, or it is in no good state.
    """
    from hello_llm.warm.control import DamagedError, WarmError, unavailable  # noqa: PLC0415 - not every run

    missing = unavailable()
    if missing is not None:
        raise UsageError(missing, "everything else works without")
    try:
        return ask()
    except DamagedError as error:
        raise BugError(str(error), error.hint) from None
    except WarmError as error:
        raise UsageError(f"the warm process: {error}", "hello-llm warm stop") from None


def _described(running: "Status") -> str:
    return "\n".join(
        [
            f"warm process {running.pid}, for {running.age_s:.0f} s",
            f"calls     {running.calls} answered, {running.under_way} under way",
            f"memory    {running.memory_mib:.0f} MiB",
            f"socket    {running.socket}",
        ]
    )
