"""What can be typed for ``hello-llm doctor``, besides settings."""

from dataclasses import dataclass
from typing import Annotated

import typer

from hello_llm.cli.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions(Options):
    """What was typed for ``doctor``."""

    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
    spend: Annotated[
        bool,
        typer.Option("--spend", help="Make one small completion too, which may cost something."),
    ] = False
