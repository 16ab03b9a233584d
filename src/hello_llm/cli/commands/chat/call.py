"""Turns the options of ``chat`` into settings, a source of the prompt, and a run."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import typer

from hello_llm.calls.recording import RecordingOptions
from hello_llm.cli.commands.chat.options import ChatOptions
from hello_llm.cli.commands.chat.run import ChatRun
from hello_llm.cli.display import Display
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.standard_input import reader_among
from hello_llm.cli.startup import Startup
from hello_llm.contract import ExitCode, UsageError
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.fields import FIELDS, OutputChoice, Settings
from hello_llm.settings.origins import TERMINAL
from hello_llm.settings.resolve import resolve

_PROMPTS = ("the prompt", "--prompt-file")
_WATCHED = frozenset({"auto", "rich", "plain"})


def call(context: typer.Context, typed: ChatOptions) -> ExitCode:
    """Run the chat that `typed` describes, and return the exit code.

    Raises:
        UsageError: the options conflict, or a setting is invalid.
        DeclinedError: see :meth:`Startup.choose_process`.
    """
    startup, reader = Startup.of(context), _reader(typed)
    if reader == "--config":
        startup.require_own_process("its configuration comes from standard input")
    terminal = Terminal.real()
    out = None if str(typed.out) == STANDARD_INPUT else typed.out
    settings = _streaming(_settings(typed), terminal, out)
    if typed.keep_partial and out is None:
        raise UsageError("--keep-partial needs --out", "add --out FILE")
    _check_out(out)
    recording = RecordingOptions.of(typed.record, typed.replay, typed.replay_timing)
    taken = typed.no_stdin or reader not in {None, *_PROMPTS}
    source = PromptSource(typed.prompt or [], typed.prompt_flag, taken, typed.prompt_file)
    display = Display.of(settings, terminal, debug=typed.debug)
    startup.choose_process(settings, source, display)
    display.warn_of(settings)
    run = ChatRun(settings, source, out, typed.keep_partial, typed.dry_run, recording)
    return run.on(display)


def _reader(typed: ChatOptions) -> str | None:
    """Return the option that names standard input as ``-``, or ``the prompt``; else ``None``.

    Raises:
        UsageError: two things do.
    """
    return reader_among(
        {
            _PROMPTS[0]: "".join((typed.prompt or [])[-1:]),
            _PROMPTS[1]: typed.prompt_file,
            "--config": typed.config,
            "--script": typed.given["script"],
            "--replay": typed.replay,
        }
    )


def _settings(typed: ChatOptions) -> Settings:
    given = dict(typed.given)
    if typed.json:
        given["output"] = _json(given["output"])
    settings = resolve(
        given,
        config_file=typed.config,
        profile=typed.profile,
        replay=typed.replay is not None,
    )
    return replace(settings, output="ndjson") if typed.json and settings.stream else settings


def _streaming(settings: Settings, terminal: Terminal, out: Path | None) -> Settings:
    """Return `settings` with streaming turned on if it is unset and a person watches the answer."""
    watched = terminal.stdout_is_tty and out is None and settings.output in _WATCHED
    if settings.stream is not None or not watched:
        return settings
    return replace(settings, stream=True, origins={**settings.origins, "stream": TERMINAL})


def _check_out(out: Path | None) -> None:
    """Refuse the name of an output form or a setting: other programs have ``-o`` for these.

    Raises:
        UsageError: `out` is such a name.
    """
    name = str(out)
    if name in get_args(OutputChoice):
        raise UsageError(f"--out {name} would write a file of that name", f"--output {name}")
    if name in FIELDS:
        flag = FIELDS[name].flag or f"{name} in the profile"
        raise UsageError(f"--out {name} would write a file of that name", flag)


def _json(output: object) -> object:
    if output not in {None, "json", "ndjson"}:
        raise UsageError(f"--json and --output {output} ask for different formats", "leave out one")
    return output or "json"
