"""The options of ``hello-llm batch``, besides settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hello_llm.cli.options import Options
from hello_llm.cli.sections import CLUSTER, ROWS, RUNNING, WRITTEN
from hello_llm.settings.field import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions(Options):
    """The options of ``batch``, as typed."""

    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT", help="The file or address with the rows; - is standard input."
        ),
    ]
    out: Annotated[
        str,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Where the lines go: a file, an address, or - for standard output.",
            rich_help_panel=WRITTEN,
        ),
    ]
    ordered: Annotated[
        bool,
        typer.Option(
            "--ordered",
            help="Sort the lines as the rows are, once all have one.",
            rich_help_panel=WRITTEN,
        ),
    ] = False
    prompt: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help='What to ask in each row, as in "Translate: {{text}}".',
            rich_help_panel=ROWS,
        ),
    ] = None
    prompt_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A file with what to ask in each row.", rich_help_panel=ROWS
        ),
    ] = None
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed",
            help="Also ask the rows again that have an error in place of an answer.",
            rich_help_panel=ROWS,
        ),
    ] = False
    jobs: Annotated[
        str | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="Rows to ask at the same time; fewer while the server refuses some. (default: 1)",
            rich_help_panel=RUNNING,
        ),
    ] = None
    rpm: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Requests in a minute, at most, to each host.",
            rich_help_panel=RUNNING,
        ),
    ] = None
    tpm: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Tokens in a minute, at most, of prompts and answers together, for each host.",
            rich_help_panel=RUNNING,
        ),
    ] = None
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Check all rows, and show what asking them may cost; send nothing.",
            rich_help_panel=RUNNING,
        ),
    ] = False
    storage: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="An option for addresses, such as anon=true. (can be repeated)",
            rich_help_panel=WRITTEN,
        ),
    ] = None
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Where the calls are made: threads, ray or modal. (default: threads)",
            rich_help_panel=CLUSTER,
        ),
    ] = None
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The Ray cluster, as in 10.0.0.1:6379. (default: one on this machine)",
            rich_help_panel=CLUSTER,
        ),
    ] = None
    modal_secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A secret of Modal's with the keys that calls need. (can be repeated)",
            rich_help_panel=CLUSTER,
        ),
    ] = None
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the summary as one JSON document.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = False
