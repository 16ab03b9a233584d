"""``hello-llm chat``: ask a model, show its answer."""

import typer

from hello_llm.cli import options


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
    script: options.Script = None,
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
    record: options.Record = None,
    replay: options.Replay = None,
    replay_timing: options.ReplayTiming = None,
    dry_run: options.DryRun = False,
) -> None:
    """Ask a model and show its answer.

    The prompt comes first, then a blank line, then standard input if it is a pipe or a file.
    Without a prompt, a conversation opens on a terminal; </dev/null sends "hello world".
    """
    from hello_llm.cli.commands.chat.call import call  # noqa: PLC0415 - the help does without

    raise typer.Exit(call(context))
