"""The options of ``hello-llm doctor``, besides settings."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import AsJson, Options
from hello_llm.settings.field import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions(Options):
    """The options of ``doctor``, as typed."""

    spend: Annotated[
        bool,
        typer.Option(
            "--spend",
            help="Also make one small completion, which may cost money.",
            rich_help_panel=Section.ASKED,
        ),
    ] = False
    json: AsJson = False
