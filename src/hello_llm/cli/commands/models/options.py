"""The options of ``hello-llm models``, besides settings."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import AsJson, Options
from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.settings.field import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsOptions(Options):
    """The options of ``models``, as typed."""

    pattern: Annotated[
        str | None,
        typer.Argument(
            metavar="PATTERN",
            help="A part of the name, or with * or ? all of it; case does not matter.",
        ),
    ] = None
    vendor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only models of this vendor.", rich_help_panel=Section.ASKED
        ),
    ] = None
    can: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Only models that are known to have this ability: {', '.join(CAPABILITIES)}."
            " (commas between several)",
            rich_help_panel=Section.ASKED,
        ),
    ] = None
    max_price: Annotated[
        str | None,
        typer.Option(
            metavar="USD",
            help="Only models whose reply costs at most this for a million tokens.",
            rich_help_panel=Section.ASKED,
        ),
    ] = None
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Also ask the server of the vendor or the profile for its own list.",
            rich_help_panel=Section.ASKED,
        ),
    ] = False
    sort: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The order: name, input, output, context, max-output or retires; prices and dates"
            " rise, limits fall. (default: name)",
            rich_help_panel=Section.SHOWN,
        ),
    ] = None
    json: AsJson = False
