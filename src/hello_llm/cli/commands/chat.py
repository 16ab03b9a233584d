"""``hello-llm chat``: ask a model, show its answer."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from hello_llm.cli import options
from hello_llm.cli.chat_run import ChatRun
from hello_llm.cli.launch import Launch
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.surface import Surface
from hello_llm.contract import UsageError
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings import FIELDS, Settings, resolve


def chat(
    context: typer.Context,
    prompt: options.Prompt = None,
    prompt_flag: options.PromptFlag = None,
    system: options.System = None,
    provider: options.Provider = None,
    model: options.Model = None,
    fallback: options.Fallback = None,
    api_base: options.ApiBase = None,
    api_key_env: options.ApiKeyEnv = None,
    no_stdin: options.NoStdin = False,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    seed: options.Seed = None,
    stop: options.Stop = None,
    stream: options.Stream = None,
    output: options.Output = None,
    json: options.Json = False,
    out: options.Out = None,
    keep_partial: options.KeepPartial = False,
    usage: options.Usage = None,
    color: options.Color = None,
    quiet: options.Quiet = None,
    warm: options.Warm = None,
    verbose: options.Verbose = None,
    debug: options.Debug = False,
    connect_timeout: options.ConnectTimeout = None,
    first_token_timeout: options.FirstTokenTimeout = None,
    idle_timeout: options.IdleTimeout = None,
    timeout: options.Timeout = None,
    retries: options.Retries = None,
    max_wait: options.MaxWait = None,
    fail_on_length: options.FailOnLength = None,
    profile: options.Profile = None,
    config: options.ConfigFile = None,
    dry_run: options.DryRun = False,
) -> None:
    """Ask a model and show its answer.

    The prompt comes first, then a blank line, then standard input if it is a pipe or a file.
    Without a prompt, a conversation opens on a terminal; </dev/null sends "hello world".
    """
    settings = _settings(context.params, config, profile)
    if keep_partial and out is None:
        raise UsageError("--keep-partial belongs to an answer in a file", "add --out FILE")
    source = PromptSource(prompt or [], prompt_flag, no_stdin)
    surface = Surface.of(settings, Terminal.real(), debug=debug)
    Launch.of(context).settle(settings, source, surface)
    raise typer.Exit(ChatRun(settings, source, out, keep_partial, dry_run).on(surface))


def _settings(typed: Mapping[str, Any], config: Path | None, profile: str | None) -> Settings:
    settings = resolve(_flags(typed), config_file=config, profile=profile)
    return replace(settings, output="ndjson") if typed["json"] and settings.stream else settings


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
