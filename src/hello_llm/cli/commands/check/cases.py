"""Makes cases from the checks of a suite: their settings, models, and maximum costs."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from hello_llm.calls.money import Meter, is_paid
from hello_llm.calls.opening import build_request, import_as_set
from hello_llm.calls.recording import RecordingOptions
from hello_llm.calls.workers import Workers
from hello_llm.checks.plan import Case
from hello_llm.checks.suite import Check, Suite
from hello_llm.cli.commands.check.environ import Environs
from hello_llm.contract import ChatRequest, UsageError
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.file import ConfigFile
from hello_llm.settings.resolve import resolve_with_config
from hello_llm.toml_file.header_kinds import layered


@dataclass(frozen=True, slots=True)
class Question:
    """A check, and the settings for asking one model."""

    check: Check
    """The check."""
    settings: Settings
    """The settings, including the model."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The options that decide how the checks of a suite are asked."""

    flags: Mapping[str, object]
    """The values of settings, by key; they override the suite's."""
    models: tuple[str, ...] = ()
    """The models to ask in place of those that the suite names."""
    profile: str | None = None
    """The profile, which overrides those that the suite names."""
    config: ConfigFile | None = None
    """The configuration; the user's own if no file was named."""
    config_file: Path | None = None
    """The configuration file that was named."""
    recording: RecordingOptions = field(default_factory=RecordingOptions)
    """What to record, and what to replay in place of a model."""

    def questions(self, checks: Sequence[Check]) -> list[Question]:
        """List the questions: each of `checks` for each of its models.

        Raises:
            UsageError: some settings conflict, or no model is named.
        """
        return [
            Question(check, self._settings(check, model))
            for check in checks
            for model in self.models or check.models or (None,)
        ]

    def _settings(self, check: Check, model: str | None) -> Settings:
        streamed = any(one.name == "max_first_token" for one in check.expectations)
        suite = {"stream": True, **check.settings} if streamed else check.settings
        typed = {key: value for key, value in self.flags.items() if value not in (None, [], ())}
        if "headers" in typed:
            typed["headers"] = FIELDS["headers"].check(typed["headers"])
        given = {**layered(suite, typed), "model": model}
        profile, replay = self.profile or check.profile, self.recording.replay is not None
        settings = resolve_with_config(given, self.config, profile, replay=replay)
        if settings.provider == "litellm" and settings.model is None:
            raise UsageError(
                f'check "{check.name}" names no model',
                "--model openai/gpt-4o-mini, or model under [defaults] of the suite",
            )
        return settings


def make_case(
    suite: Suite,
    question: Question,
    typed: Typed,
    workers: Workers,
    environs: Environs,
    meter: Meter,
    *,
    price: bool,
) -> Case:
    """Return the case that asks `question`.

    Args:
        suite: the suite that contains its check.
        question: the check and its settings.
        typed: the options, which override the suite.
        workers: make the calls.
        environs: provides the environment of a judge program.
        meter: knows what calls may cost.
        price: whether to look up the maximum cost of a call.

    Raises:
        UsageError: some settings conflict, a script is invalid, or a variable is not set.
    """
    check, settings = question.check, question.settings
    typed.recording.check(settings)
    workers.prepare(settings)
    import_as_set(settings)
    request = build_request(settings, check.messages)
    bound, words = _bound(settings, request, meter) if price else (None, "")
    return Case(
        check=check,
        model=request.model or settings.provider,
        provider=workers.provider(settings),
        pace=workers.pace(settings),
        ask=lambda: workers.turn([settings], check.messages),
        folder=suite.path.parent,
        environ=environs.of(check),
        timeout_s=settings.timeout,
        replay=_command(suite, check, settings, typed),
        bound_nano_usd=bound,
        bound_words=words,
    )


def _bound(settings: Settings, request: ChatRequest, meter: Meter) -> tuple[int | None, str]:
    """Return the most that a call may cost in billionths of a US dollar, and why."""
    if not is_paid(settings):
        return 0, "it costs nothing"
    plan = meter.plan(settings, request)
    return plan.nano_usd, plan.words


def _command(suite: Suite, check: Check, settings: Settings, typed: Typed) -> str:
    words = ["hello-llm", "check", str(suite.path), "--select", escape(check.name)]
    words += ["--provider", settings.provider]
    if settings.model is not None:
        words += ["--model", settings.model]
    for key, value in typed.flags.items():
        flag = FIELDS[key].flag
        if flag is not None and value is not None and key in _REPEATED:
            for one in value if isinstance(value, list) else [value]:
                words += [flag, str(one)]
    if typed.profile is not None:
        words += ["--profile", typed.profile]
    if typed.config_file is not None:
        words += ["--config", str(typed.config_file)]
    if typed.recording.replay is not None:
        words += ["--replay", str(typed.recording.replay)]
    return shlex.join(words)


_REPEATED = frozenset(
    {
        "api_base",
        "api_key_env",
        "headers",
        "timeout",
        "connect_timeout",
        "first_token_timeout",
        "idle_timeout",
        "retries",
        "max_wait",
        "require_model",
        "script",
    }
)
"""The settings whose flags the command to run a check again repeats."""
