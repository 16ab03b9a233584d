"""``hello-llm check``: ask what a suite asks, and say whether the answers are as expected."""

from pathlib import Path
from typing import Annotated

import typer

from hello_llm.cli import options

_WHICH, _HOW = "Which checks", "How they are run"

SuiteFile = Annotated[Path, typer.Argument(metavar="SUITE", help="The file of checks.")]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="VENDOR/MODEL",
        help="Asked in the place of the suite's models; can be repeated.",
        rich_help_panel=_WHICH,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="GLOB|TAG",
        help="Only the checks of this name or tag; can be repeated.",
        rich_help_panel=_WHICH,
    ),
]
RerunFailed = Annotated[
    Path | None,
    typer.Option(
        metavar="REPORT.json",
        help="Only what did not pass by this report.",
        rich_help_panel=_WHICH,
    ),
]
List = Annotated[
    bool, typer.Option("--list", help="List the checks and run none.", rich_help_panel=_WHICH)
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Tell what would be run and what it may cost; send nothing.",
        rich_help_panel=_WHICH,
    ),
]
Jobs = Annotated[
    str | None,
    typer.Option(
        "--jobs", "-j", metavar="N", help="Attempts at a time. (default: 1)", rich_help_panel=_HOW
    ),
]
FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="End after the first bad check.", rich_help_panel=_HOW),
]
AllAttempts = Annotated[
    bool,
    typer.Option("--all-attempts", help="Go on where a check is decided.", rich_help_panel=_HOW),
]
MaxCost = Annotated[
    str | None,
    typer.Option(
        metavar="USD",
        help="End before the calls may cost more than this together.",
        rich_help_panel=_HOW,
    ),
]
Report = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND=FILE",
        help="Write a report: junit, json, tap, md=FILE, or github; can be repeated.",
        rich_help_panel="What is shown",
    ),
]
Quiet = Annotated[
    bool | None,
    typer.Option("--quiet", "-q", help="Only what did not pass.", rich_help_panel="What is shown"),
]
Verbose = Annotated[
    bool | None,
    typer.Option(
        "--verbose", help="Show the answers of passes too.", rich_help_panel="What is shown"
    ),
]


def check(
    context: typer.Context,
    suite: SuiteFile,
    provider: options.Provider = None,
    models: Models = None,
    api_base: options.ApiBase = None,
    api_key_env: options.ApiKeyEnv = None,
    script: options.Script = None,
    select: Select = None,
    rerun_failed: RerunFailed = None,
    list_: List = False,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    fail_fast: FailFast = False,
    all_attempts: AllAttempts = False,
    max_cost: MaxCost = None,
    report: Report = None,
    quiet: Quiet = None,
    verbose: Verbose = None,
    color: options.Color = None,
    debug: options.Debug = False,
    connect_timeout: options.ConnectTimeout = None,
    first_token_timeout: options.FirstTokenTimeout = None,
    idle_timeout: options.IdleTimeout = None,
    timeout: options.Timeout = None,
    retries: options.Retries = None,
    max_wait: options.MaxWait = None,
    profile: options.Profile = None,
    config: options.ConfigFile = None,
    record: options.Record = None,
    replay: options.Replay = None,
    replay_timing: options.ReplayTiming = None,
) -> None:
    """Ask what a suite asks, and say whether the answers are as expected.

    Exit code 1: a check failed; that of the trouble: no answers came that could decide; else 0.
    """
    from hello_llm.cli.commands.check.call import call  # noqa: PLC0415 - the help does without

    raise typer.Exit(call(context))
