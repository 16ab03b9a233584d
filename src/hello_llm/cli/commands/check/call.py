"""Turns the options of ``check`` into settings, a plan, and a run."""

from hello_llm.calls.recording import RecordingOptions
from hello_llm.checks.plan import Plan
from hello_llm.checks.reports.spec import parse_all
from hello_llm.cli.commands.check.cases import Typed
from hello_llm.cli.commands.check.options import CheckOptions
from hello_llm.cli.commands.check.run import CheckRun
from hello_llm.cli.display import Display
from hello_llm.cli.options import JOBS, read_number
from hello_llm.cli.standard_input import reader_among
from hello_llm.contract import ExitCode
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.resolve import find_config, resolve_with_config

_OF_THE_RUN = frozenset({"color", "quiet", "verbose", "max_cost"})


def call(typed: CheckOptions) -> ExitCode:
    """Run the checks that `typed` describes, and return the exit code.

    Raises:
        HelloLLMError: options conflict, the suite is invalid, or a report cannot be written.
    """
    reader_among(
        {
            "the suite": typed.suite,
            "--config": typed.config,
            "--script": typed.given["script"],
            "--replay": typed.replay,
            "--rerun-failed": typed.rerun_failed,
        }
    )
    config = find_config(typed.config)
    settings = resolve_with_config(typed.given, config, typed.profile)
    display = Display.of(settings, Terminal.real(), debug=typed.debug)
    display.warn_of(settings)
    asking = {key: value for key, value in typed.given.items() if key not in _OF_THE_RUN}
    run = CheckRun(
        settings=settings,
        typed=Typed(
            flags=asking,
            models=tuple(typed.models or ()),
            profile=typed.profile,
            config=config,
            config_file=typed.config,
            recording=RecordingOptions.of(typed.record, typed.replay, typed.replay_timing),
        ),
        suite=typed.suite,
        select=typed.select or (),
        rerun_failed=typed.rerun_failed,
        plan=Plan(
            jobs=read_number(JOBS, "--jobs", typed.jobs) or 1,
            fail_fast=typed.fail_fast,
            all_attempts=typed.all_attempts,
        ),
        reports=parse_all(typed.report or ()),
        listed=typed.list_,
        dry_run=typed.dry_run,
    )
    return run.on(display)
