"""``hello-llm doctor``: what a call would run into, and how to fix it."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import Options, flattened

_SETTINGS = (
    *("provider", "model", "api_base", "api_key_env", "connect_timeout", "timeout", "color"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions(Options):
    """What was typed for ``doctor``."""

    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
    spend: Annotated[
        bool,
        typer.Option("--spend", help="Make one small completion too, which may cost something."),
    ] = False


def _doctor(context: typer.Context, options: DoctorOptions) -> None:
    """Check what a call would run into, and how to fix it.

    Takes the options of chat that decide where a call goes. Costs nothing without
    --spend. Exits as chat would with the first failure.
    """
    from hello_llm.cli.commands.doctor_run import examine_call  # noqa: PLC0415 - the help does without

    raise typer.Exit(examine_call(options))


doctor = flattened(_doctor, DoctorOptions, _SETTINGS)
