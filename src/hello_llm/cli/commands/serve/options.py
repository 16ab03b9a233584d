"""The options of ``hello-llm serve``, besides settings."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import Options
from hello_llm.cli.sections import RUNNING, SERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions(Options):
    """The options of ``serve``, as typed."""

    host: Annotated[
        str,
        typer.Option(
            metavar="HOST",
            help="The address to listen on; others need --token-env. (default: 127.0.0.1)",
            rich_help_panel=SERVED,
            show_default=False,
        ),
    ] = "127.0.0.1"
    port: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="The port; 0 takes a free one. (default: 8642)",
            rich_help_panel=SERVED,
        ),
    ] = None
    token_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The environment variable with the token that clients must send.",
            rich_help_panel=SERVED,
        ),
    ] = None
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="A model to serve besides the profiles; * is a wildcard. (can be repeated)",
            rich_help_panel=SERVED,
        ),
    ] = None
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Another name by which clients may call the server. (can be repeated)",
            rich_help_panel=SERVED,
        ),
    ] = None
    max_calls: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Calls at a time; further ones are answered with 503. (default: 256)",
            rich_help_panel=RUNNING,
        ),
    ] = None
    grace: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Time for calls in progress when the server is stopped. (default: 30)",
            rich_help_panel=RUNNING,
        ),
    ] = None
