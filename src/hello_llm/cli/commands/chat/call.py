"""What was typed for ``chat`` becomes settings, a source of the prompt, and a run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import typer

from hello_llm.calls.recording import RecordingOptions
from hello_llm.cli.commands.chat.run import ChatRun
from hello_llm.cli.display import Display
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.startup import Startup
from hello_llm.cli.typed import flags, path
from hello_llm.contract import ExitCode, UsageError
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings import Settings, resolve


def call(context: typer.Context) -> ExitCode:
    """Do what the flags in `context` ask for, and return the exit code.

    Raises:
        UsageError: they do not go together, or a setting is wrong.
        DeclinedError: see :meth:`Startup.settle`.
    """
    typed = context.params
    settings = _settings(typed)
    if typed["keep_partial"] and typed["out"] is None:
        raise UsageError("--keep-partial belongs to an answer in a file", "add --out FILE")
    recording = RecordingOptions.of(typed)
    source = PromptSource(typed["prompt"] or [], typed["prompt_flag"], typed["no_stdin"])
    display = Display.of(settings, Terminal.real(), debug=typed["debug"])
    Startup.of(context).settle(settings, source, display)
    display.warn_of(settings)
    out, keep, dry = path(typed["out"]), typed["keep_partial"], typed["dry_run"]
    return ChatRun(settings, source, out, keep, dry, recording).on(display)


def _settings(typed: Mapping[str, Any]) -> Settings:
    output = _output(typed["output"], as_json=typed["json"])
    given = flags({**typed, "output": output})
    settings = resolve(given, config_file=path(typed["config"]), profile=typed["profile"])
    return replace(settings, output="ndjson") if typed["json"] and settings.stream else settings


def _output(output: str | None, *, as_json: bool) -> str | None:
    if not as_json:
        return output
    if output not in {None, "json", "ndjson"}:
        raise UsageError(f"--json and --output {output} ask for two forms", "leave out one")
    return output or "json"
