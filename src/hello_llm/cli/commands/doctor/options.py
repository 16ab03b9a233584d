"""The options of ``hello-llm doctor``, besides settings."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions(Options):
    """The options of ``doctor``, as typed."""

    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
    spend: Annotated[
        bool,
        typer.Option("--spend", help="Also make one small completion, which may cost money."),
    ] = False
