"""Turns the options of ``batch`` into settings, a prompt for all rows, and a run."""

from collections.abc import Mapping, Sequence
from functools import partial

from hello_llm.batch.engines.choose import EngineOptions, engine_of
from hello_llm.batch.storage import is_address
from hello_llm.batch.template import Template
from hello_llm.cli.commands.batch.asking import Asking
from hello_llm.cli.commands.batch.options import BatchOptions
from hello_llm.cli.commands.batch.run import BatchRun
from hello_llm.cli.display import Display
from hello_llm.cli.options import JOBS, read_number
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.standard_input import Waiting, read_text, reader_among
from hello_llm.contract import ExitCode, UsageError
from hello_llm.engine.pace import Rates
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.rendering.terminal import Terminal
from hello_llm.secrets.names import names_a_secret
from hello_llm.settings.fields import Settings
from hello_llm.settings.resolve import find_config, resolve_with_config
from hello_llm.toml_file.kinds import Number

_RATE = Number(0.01, 1e9)


def call(typed: BatchOptions) -> ExitCode:
    """Run the batch that `typed` describes, and return the exit code.

    Raises:
        HelloLLMError: the options conflict, the rows cannot be asked, or a line cannot be written.
    """
    _check(typed)
    config = find_config(typed.config)
    settings = resolve_with_config(typed.given, config, typed.profile)
    terminal = Terminal.real()
    display = Display.of(settings, terminal, debug=typed.debug)
    display.warn_of(settings)
    jobs = read_number(JOBS, "--jobs", typed.jobs) or 1
    engine = EngineOptions(
        jobs, settings.timeout, typed.ray_address, tuple(typed.modal_secret or ())
    )
    run = BatchRun(
        settings=settings,
        asking=Asking(settings, typed.given, config, typed.profile),
        input=typed.input,
        template=_template(typed, terminal, settings),
        out=typed.out,
        ordered=typed.ordered,
        retry_failed=typed.retry_failed,
        jobs=jobs,
        engine=partial(engine_of(typed.engine), engine),
        rates=Rates(read_number(_RATE, "--rpm", typed.rpm), read_number(_RATE, "--tpm", typed.tpm)),
        storage_options=_storage_options(typed.storage or ()),
        dry_run=typed.dry_run,
        as_json=typed.json,
    )
    return run.on(display)


def _check(typed: BatchOptions) -> None:
    """Check that the options do not conflict.

    Raises:
        UsageError: they do.
    """
    reader_among(
        {
            "INPUT": typed.input,
            "--prompt-file": typed.prompt_file,
            "--config": typed.config,
            "--script": typed.given["script"],
        }
    )
    if typed.out == STANDARD_INPUT:
        for flag, given in (
            ("--ordered", typed.ordered),
            ("--retry-failed", typed.retry_failed),
            ("--json", typed.json),
        ):
            if given:
                raise UsageError(f"{flag} needs a file to write to", "name it: --out FILE")
    if typed.dry_run and typed.json:
        raise UsageError("--dry-run has no JSON document", "leave out --json")
    if not typed.out.strip():
        raise UsageError("--out names no file", "--out answers.jsonl")
    if typed.storage and not (is_address(typed.input) or is_address(typed.out)):
        raise UsageError(
            "--storage is for addresses, and there is none", "leave it out, or use s3://…"
        )


def _template(typed: BatchOptions, terminal: Terminal, settings: Settings) -> Template | None:
    if str(typed.prompt_file) == STANDARD_INPUT:
        if typed.prompt is not None:
            raise UsageError("the prompt is given twice", "leave out --prompt, or --prompt-file")
        return Template(read_text(terminal.stdin, Waiting(settings.timeout)))
    text = PromptSource([], typed.prompt, no_stdin=True, file=typed.prompt_file).typed()
    return None if text is None else Template(text)


def _storage_options(typed: Sequence[str]) -> Mapping[str, str]:
    options = {}
    for one in typed:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise UsageError(
                f"--storage takes NAME=VALUE, not {one!r}",
                "--storage endpoint_url=http://127.0.0.1:9000",
            )
        if name == "key" or names_a_secret(name):
            raise UsageError(
                f"--storage {name} would show a secret to everyone on this machine",
                "keep it in the environment, as in AWS_SECRET_ACCESS_KEY",
            )
        options[name] = value
    return options
