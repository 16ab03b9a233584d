"""Runs ``doctor``: diagnoses, shows each diagnosis as it comes, returns the exit code."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from hello_llm.calls.opening import certificates
from hello_llm.calls.turns import open_turns
from hello_llm.cli.commands.doctor.options import DoctorOptions
from hello_llm.cli.display import redactor
from hello_llm.cli.exits import endings, printing
from hello_llm.contract import (
    ExitCode,
    Finished,
    HelloLLMError,
    InterruptError,
    LLMReply,
    Message,
    StoppedError,
    TerminateError,
    UsageError,
)
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.doctor import Subject, diagnose
from hello_llm.doctor.subject import timeout_s
from hello_llm.machine.environment import whole_environ
from hello_llm.rendering.console import ColorChoice
from hello_llm.rendering.diagnoses import DiagnosesView, JsonDiagnoses, PlainDiagnoses
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.usage_table import dollars, duration
from hello_llm.settings.fields import Settings
from hello_llm.settings.resolve import resolve

_PROMPT = "Say hello."
_MOST_TOKENS = 8
_LONGEST_ANSWER_S = 60.0


def diagnose_call(typed: DoctorOptions) -> ExitCode:
    """Diagnose the call that `typed` describes, and return the exit code.

    Raises:
        StoppedError: it was stopped; with ``--json`` the document says so instead.
    """
    terminal = Terminal.real()
    settings = _settings(typed)
    color, key_variables = _shown(settings, typed)
    messages = Messages(terminal, color=color, redact=redactor(*key_variables))
    view: DiagnosesView
    if typed.json:
        view = JsonDiagnoses(terminal, messages.redact)
    else:
        view = PlainDiagnoses(terminal, messages.redact, color=color)
    try:
        with endings():
            for diagnosis in _diagnoses(settings, typed, terminal, messages):
                with printing():
                    view.show(diagnosis)
    except (InterruptError, TerminateError) as error:
        if not typed.json:
            raise
        view.close(error.exit_code)
        messages.error(error)
        return error.exit_code
    return view.close()


def _settings(typed: DoctorOptions) -> Settings | UsageError:
    """Return every setting as ``chat`` would resolve it, or the error that would stop it."""
    try:
        return resolve(typed.given, config_file=typed.config, profile=typed.profile)
    except UsageError as error:
        return error


def _shown(
    settings: Settings | UsageError, typed: DoctorOptions
) -> tuple[ColorChoice, tuple[str, ...]]:
    """Return when to use colour, and the variables whose values are secrets."""
    if isinstance(settings, UsageError):
        named = typed.given["api_key_env"]
        return "auto", (named,) if isinstance(named, str) else ()
    return settings.color, settings.secret_variables


def _diagnoses(
    settings: Settings | UsageError,
    typed: DoctorOptions,
    terminal: Terminal,
    messages: Messages,
) -> Iterator[Diagnosis]:
    subject = Subject(settings, typed.config, whole_environ(), certificates)
    fails = False
    for diagnosis in diagnose(subject):
        # If the list lacks the model or cannot be read, the model may still answer.
        fails = fails or (diagnosis.status == "failure" and diagnosis.name != "models")
        yield diagnosis
    if typed.spend and not fails and not isinstance(settings, UsageError):
        yield _spend(settings, terminal, messages)


def _spend(settings: Settings, terminal: Terminal, messages: Messages) -> Diagnosis:
    """Make one small completion as ``chat`` does, and return the diagnosis."""

    def check_reader() -> None:
        with printing():
            terminal.check_reader()

    small = replace(
        settings,
        system=None,
        fallback=(),
        retries=0,
        stream=False,
        max_tokens=min(settings.max_tokens or _MOST_TOKENS, _MOST_TOKENS),
        fail_on_length=False,
        timeout=timeout_s(settings, _LONGEST_ANSWER_S) or 0,
    )
    try:
        asked = (Message("user", _PROMPT),)
        turns = open_turns(small, messages.redact, messages.warning, command="doctor")
        with turns as make, closing(make(asked)) as turn:
            turn.on_wait(check_reader)
            replies = [event.reply for event in turn if isinstance(event, Finished)]
    except StoppedError:
        raise
    except HelloLLMError as error:
        return Diagnosis.failure("completion", error)
    return Diagnosis.ok("completion", _outcome(replies[-1]))


def _outcome(reply: LLMReply) -> str:
    usage = reply.usage
    tokens = f"{_count(usage.tokens_in)} tokens in, {_count(usage.tokens_out)} out"
    cost = "price unknown" if usage.usd_micros is None else dollars(usage.usd_micros)
    return f"{reply.model} answered in {duration(usage.latency_ms)}: {tokens}, {cost}"


def _count(tokens: int | None) -> str:
    return "unknown" if tokens is None else str(tokens)
