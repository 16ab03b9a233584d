"""The options of ``hello-llm chat``, besides settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hello_llm.cli.options import RecordedOptions
from hello_llm.settings.field import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions(RecordedOptions):
    """The options of ``chat``, as typed."""

    prompt: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROMPT",
            help="What to ask; several words need no quotes. A final - requires standard input.",
        ),
    ] = None
    prompt_flag: Annotated[
        str | None,
        typer.Option(
            "--prompt",
            metavar="TEXT",
            help="What to ask, as a flag.",
            rich_help_panel=Section.ASKED,
        ),
    ] = None
    prompt_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file with what to ask.",
            rich_help_panel=Section.ASKED,
        ),
    ] = None
    no_stdin: Annotated[
        bool,
        typer.Option(
            "--no-stdin", help="Never read standard input.", rich_help_panel=Section.ASKED
        ),
    ] = False
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Short for --output json, or with --stream for --output ndjson.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = False
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Write the answer to FILE, once it is complete.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = None
    keep_partial: Annotated[
        bool,
        typer.Option(
            "--keep-partial",
            help="With --out: keep a broken answer, as far as it arrived, in FILE.partial.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = False
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print the request and where each setting came from; send nothing.",
            rich_help_panel=Section.SOURCES,
        ),
    ] = False
