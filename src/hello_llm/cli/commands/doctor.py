"""``hello-llm doctor``: what a call would meet, and what repairs it."""

from typing import Annotated

import typer

from hello_llm.cli import options


def doctor(
    context: typer.Context,
    provider: options.Provider = None,
    model: options.Model = None,
    api_base: options.ApiBase = None,
    api_key_env: options.ApiKeyEnv = None,
    connect_timeout: options.ConnectTimeout = None,
    timeout: options.Timeout = None,
    profile: options.Profile = None,
    config: options.ConfigFile = None,
    color: options.Color = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    spend: Annotated[
        bool,
        typer.Option("--spend", help="Make one small completion too, which may cost something."),
    ] = False,
) -> None:
    """Say what a call would meet, and what repairs it.

    Takes the flags of chat that decide where a call goes. Without --spend nothing is asked that
    costs money. The exit code is that of the first failure, as chat would end with it.
    """
    from hello_llm.cli.commands.doctor_run import examine_call  # noqa: PLC0415 - the help does without

    raise typer.Exit(examine_call(context.params))
