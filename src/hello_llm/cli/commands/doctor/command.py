"""``hello-llm doctor``: what a call would run into, and how to fix it."""

import typer

from hello_llm.cli.commands.doctor.options import DoctorOptions
from hello_llm.cli.options import flattened

_SETTINGS = (
    *("provider", "model", "api_base", "api_key_env", "headers"),
    *("connect_timeout", "timeout", "color"),
)


def _doctor(context: typer.Context, options: DoctorOptions) -> None:
    """Check what a call would run into, and how to fix it.

    Takes the options of chat that decide where a call goes. Costs nothing without
    --spend. Exits as chat would with the first failure.
    """
    from hello_llm.cli.commands.doctor.run import diagnose_call

    raise typer.Exit(diagnose_call(options))


doctor = flattened(_doctor, DoctorOptions, _SETTINGS)
