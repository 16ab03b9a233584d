"""Makes the turns of a run: which models they ask, and within which limits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from hello_llm.calls.money import Meter, Say
from hello_llm.calls.opening import build_request, import_as_set, open_provider
from hello_llm.calls.recording import CallRecording, RecordingOptions
from hello_llm.contract import HelloLLMError, LLMProvider, Message, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.engine import Acceptance, Candidate, Deadlines, RetryPolicy, Turn
from hello_llm.engine.attempt import MOST_AHEAD, Attempt
from hello_llm.engine.threads import Start, start_thread
from hello_llm.settings.fields import Settings
from hello_llm.settings.origins import TERMINAL

if TYPE_CHECKING:
    from hello_llm.providers.mock.scripted import ScriptedMock

_OF_ONE_VENDOR = (
    "api_base",
    "api_key_env",
    "headers",
    "headers_env",
    "client_cert",
    "client_key",
)
"""The settings that are for the server of one vendor, and must not reach another."""

_NOT_RECORDED = RecordingOptions()

TurnFactory = Callable[[tuple[Message, ...]], Turn]
"""Makes the turn that answers a conversation."""


@contextmanager
def open_turns(
    settings: Settings,
    redact: Callable[[str], str],
    warn: Say,
    recording: RecordingOptions = _NOT_RECORDED,
    *,
    command: str,
    note: Say = lambda _: None,
) -> Iterator[TurnFactory]:
    """Open the providers; yields a function that starts a turn on the model and its fallbacks.

    Args:
        settings: every setting.
        redact: removes secrets from recordings.
        warn: called with a sentence about rules of the script that no prompt matched, or about
            the ledger.
        recording: the files that record the exchanges, or replay them in place of a model.
        command: the command that makes the calls.
        note: called with a sentence about what the money left does to a request.

    Raises:
        OutputError: the exchanges cannot be recorded.
        UsageError: the settings conflict, or a model cannot be asked.
    """
    recording.check(settings)
    with ExitStack() as stack:
        call_recording = stack.enter_context(recording.running(redact)).for_call()
        meter = stack.enter_context(Meter(command, settings, settings.max_cost, redact))

        def speak() -> None:
            meter.speak(warn, note)

        stack.callback(speak)
        everyone = with_fallbacks(settings)
        openers = [_opener(one, stack, meter) for one in everyone]
        if settings.script is not None:
            openers = openers[:1] * len(everyone)  # one script sees all calls of a run
        recorded = [_recorded(opener, stack, call_recording) for opener in openers]
        name = recorded[0]().name
        declined: list[HelloLLMError] = []

        def note_refusal(error: HelloLLMError, _delay_s: float | None) -> None:
            if error.refuses_stream:
                declined.append(error)

        def make(messages: tuple[Message, ...]) -> Turn:
            candidates = [
                Candidate(build_request(one, messages), opener, name)
                for one, opener in zip(everyone, recorded, strict=True)
            ]
            asked = replace(settings, stream=False) if declined else settings
            turn = turn_of(asked, candidates, call_recording)
            turn.on_failure(note_refusal)
            turn.on_wait(speak)
            return turn

        yield make
        if settings.script is not None:
            _warn_unused_rules(openers[0](), warn)


def prepare(settings: Settings) -> None:
    """Start importing what the answer needs, to use the time of a wait; return at once."""
    if settings.provider == "litellm":
        from hello_llm.providers.litellm.preload import preload

        import_as_set(settings)
        preload(settings.model)


def _warn_unused_rules(provider: LLMProvider, warn: Callable[[str], None]) -> None:
    """Warn about unused rules: no error, since other runs may share the script."""
    try:
        cast("ScriptedMock", provider).finish()
    except UsageError as unused:
        warn(unused.message)


def _opener(settings: Settings, stack: ExitStack, meter: Meter) -> Callable[[], LLMProvider]:
    """Return a function that opens the provider of `settings` once; `stack` closes it."""

    @cache
    def provider() -> LLMProvider:
        return meter.around(stack.enter_context(open_provider(settings)), settings)

    return provider


def _recorded(
    opener: Callable[[], LLMProvider], stack: ExitStack, call_recording: CallRecording
) -> Callable[[], LLMProvider]:
    """Wrap `opener` so that the provider's calls are recorded or replayed."""

    @cache
    def provider() -> LLMProvider:
        return call_recording.around(call_recording.replayer or opener(), stack)

    return provider


def with_fallbacks(settings: Settings) -> list[Settings]:
    """Return `settings`, and those for asking each model that they fall back on.

    Raises:
        UsageError: a fallback model does not name a known vendor.
    """
    return [settings, *(_falling_back(settings, model) for model in settings.fallback)]


def _falling_back(settings: Settings, model: str) -> Settings:
    """Return the settings for asking `model`; another vendor has its own address and key.

    Raises:
        UsageError: `model` does not name a known vendor.
    """
    try:
        vendor = ModelName.parse(model, flag="--fallback").vendor
    except UsageError as error:
        raise UsageError(f"--fallback: {error.message}", error.hint) from None
    if settings.model is not None and settings.model.startswith(f"{vendor}/"):
        return replace(settings, model=model)
    unset: dict[str, Any] = dict.fromkeys(_OF_ONE_VENDOR)
    return replace(settings, model=model, **unset)


def turn_of(
    settings: Settings,
    candidates: list[Candidate],
    call_recording: CallRecording,
    start: Start = start_thread,
    most_ahead: int = MOST_AHEAD,
) -> Turn:
    """Return a turn that asks `candidates` within the limits of `settings`; record its failures.

    Args:
        settings: every setting.
        candidates: the models to ask.
        call_recording: records or replays the exchanges.
        start: starts each attempt in another thread.
        most_ahead: how many events an attempt may be ahead of the reader.
    """
    turn = Turn(
        candidates,
        stream=bool(settings.stream),
        or_whole=settings.origins.get("stream") == TERMINAL,
        deadlines=Deadlines(
            first_token_s=settings.first_token_timeout,
            idle_s=settings.idle_timeout,
            total_s=settings.timeout,
        ),
        retry=RetryPolicy(settings.retries, settings.max_wait, call_recording.draw),
        acceptance=Acceptance(settings.fail_on_length, settings.require_model),
        clock=call_recording.clock,
        sleep=call_recording.sleep,
        attempts=partial(Attempt, start=start, most_ahead=most_ahead),
    )
    turn.on_failure(call_recording.explain)
    return turn
