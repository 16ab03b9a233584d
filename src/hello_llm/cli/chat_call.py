"""What was typed for ``chat`` becomes settings, a source of the prompt, and a run."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from hello_llm.cli.chat_run import ChatRun
from hello_llm.cli.launch import Launch
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.surface import Surface
from hello_llm.cli.tape import Tape
from hello_llm.contract import ExitCode, UsageError
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings import FIELDS, Settings, resolve


def call(context: typer.Context) -> ExitCode:
    """Do what the flags in `context` ask for, and return the exit code.

    Raises:
        UsageError: they do not go together, or a setting is wrong.
        DeclinedError: see :meth:`Launch.settle`.
    """
    typed = context.params
    settings = _settings(typed)
    if typed["keep_partial"] and typed["out"] is None:
        raise UsageError("--keep-partial belongs to an answer in a file", "add --out FILE")
    tape = Tape.of(typed)
    source = PromptSource(typed["prompt"] or [], typed["prompt_flag"], typed["no_stdin"])
    surface = Surface.of(settings, Terminal.real(), debug=typed["debug"])
    Launch.of(context).settle(settings, source, surface)
    out, keep, dry = _path(typed["out"]), typed["keep_partial"], typed["dry_run"]
    return ChatRun(settings, source, out, keep, dry, tape).on(surface)


def _settings(typed: Mapping[str, Any]) -> Settings:
    config = _path(typed["config"])
    settings = resolve(_flags(typed), config_file=config, profile=typed["profile"])
    return replace(settings, output="ndjson") if typed["json"] and settings.stream else settings


def _path(typed: str | None) -> Path | None:
    return None if typed is None else Path(typed)


def _flags(typed: Mapping[str, Any]) -> dict[str, object]:
    """Return what was typed for each setting; whether it is allowed is seen later."""
    output = _output(typed["output"], as_json=typed["json"])
    given = {key: typed[key] for key in FIELDS if key in typed} | {"output": output}
    return {
        key: FIELDS[key].kind.read(value) if isinstance(value, str) else value
        for key, value in given.items()
    }


def _output(output: str | None, *, as_json: bool) -> str | None:
    if not as_json:
        return output
    if output not in {None, "json", "ndjson"}:
        raise UsageError(f"--json and --output {output} ask for two forms", "leave out one")
    return output or "json"
