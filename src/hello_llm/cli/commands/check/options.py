"""The options of ``hello-llm check``, besides settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hello_llm.checks.reports.kinds import ReportKind
from hello_llm.cli.options import RecordedOptions
from hello_llm.cli.sections import CHECKS, RUNNING
from hello_llm.settings.field import Section
from hello_llm.text import phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions(RecordedOptions):
    """The options of ``check``, as typed."""

    suite: Annotated[Path, typer.Argument(metavar="SUITE", help="The suite file.")]
    models: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--model",
            metavar="MODEL",
            help="Ask this model instead of the suite's. (can be repeated)",
            rich_help_panel=CHECKS,
        ),
    ] = None
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Only checks with this tag, or whose name matches, as with 'json*'."
            " (can be repeated)",
            rich_help_panel=CHECKS,
        ),
    ] = None
    rerun_failed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Only checks that did not pass in this JSON report.",
            rich_help_panel=CHECKS,
        ),
    ] = None
    list_: Annotated[
        bool,
        typer.Option(
            "--list",
            help="List the checks without running them.",
            rich_help_panel=CHECKS,
        ),
    ] = False
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would run and what it may cost; send nothing.",
            rich_help_panel=CHECKS,
        ),
    ] = False
    jobs: Annotated[
        str | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="Attempts to run at the same time. (default: 1)",
            rich_help_panel=RUNNING,
        ),
    ] = None
    fail_fast: Annotated[
        bool,
        typer.Option(
            "--fail-fast", help="Stop after the first bad check.", rich_help_panel=RUNNING
        ),
    ] = False
    all_attempts: Annotated[
        bool,
        typer.Option(
            "--all-attempts",
            help="Run every attempt, even once the verdict is certain.",
            rich_help_panel=RUNNING,
        ),
    ] = False
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=FILE",
            help="Write a report; github takes no FILE."
            f" ({phrases.listed(ReportKind, 'or')}; can be repeated)",
            rich_help_panel=Section.SHOWN,
        ),
    ] = None
    quiet: Annotated[
        bool | None,
        typer.Option(
            "--quiet", "-q", help="Show only what did not pass.", rich_help_panel=Section.SHOWN
        ),
    ] = None
    verbose: Annotated[
        bool | None,
        typer.Option(
            "--verbose",
            help="Also show the answers of checks that passed.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = None
