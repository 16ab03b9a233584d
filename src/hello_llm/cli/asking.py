"""Makes the turns of a run: who is asked, within which limits, and for whose eyes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache

from hello_llm.cli.endings import writing
from hello_llm.cli.opening import build_request, open_provider
from hello_llm.contract import LLMProvider, Message, UsageError
from hello_llm.engine import Candidate, Deadlines, RetryPolicy, Turn
from hello_llm.providers.model_name import ModelName
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings import Settings

Ask = Callable[[tuple[Message, ...], Terminal], Turn]
"""Makes the turn that answers a conversation, for the reader of a terminal."""


@contextmanager
def opened(settings: Settings) -> Iterator[Ask]:
    """Yield what asks the model of `settings`, and after it those it falls back on.

    Raises:
        UsageError: the settings do not go together, or a model cannot be asked.
    """
    with ExitStack() as stack:
        everyone = [settings, *(_falling_back(settings, model) for model in settings.fallback)]
        openers = [_opener(one, stack) for one in everyone]
        openers[0]()

        def ask(messages: tuple[Message, ...], terminal: Terminal) -> Turn:
            candidates = [
                Candidate(build_request(one, messages), opener, one.provider)
                for one, opener in zip(everyone, openers, strict=True)
            ]
            return _turn(settings, candidates, terminal)

        yield ask


def prepare(settings: Settings) -> None:
    """Use a wait that is due: start to import what the answer needs, and return at once."""
    if settings.provider == "litellm":
        from hello_llm.providers.litellm.prewarm import prewarm  # noqa: PLC0415 - the mock goes without

        prewarm(settings.model)


def _opener(settings: Settings, stack: ExitStack) -> Callable[[], LLMProvider]:
    """Return what opens the provider of `settings`, once, and closes it with `stack`."""

    @cache
    def provider() -> LLMProvider:
        return stack.enter_context(open_provider(settings))

    return provider


def _falling_back(settings: Settings, model: str) -> Settings:
    """Return the settings that ask `model`; another vendor has its own address and key.

    Raises:
        UsageError: `model` names no vendor that is known.
    """
    try:
        vendor = ModelName.parse(model, flag="--fallback").vendor
    except UsageError as error:
        raise UsageError(f"--fallback: {error.message}", error.hint) from None
    if settings.model is not None and settings.model.startswith(f"{vendor}/"):
        return replace(settings, model=model)
    return replace(settings, model=model, api_base=None, api_key_env=None)


def _turn(settings: Settings, candidates: list[Candidate], terminal: Terminal) -> Turn:
    def check_reader() -> None:
        with writing():
            terminal.check_reader()

    turn = turn_of(settings, candidates)
    turn.on_wait(check_reader)
    return turn


def turn_of(settings: Settings, candidates: list[Candidate]) -> Turn:
    """Return the turn that asks `candidates` within the limits of `settings`."""
    return Turn(
        candidates,
        stream=settings.stream,
        deadlines=Deadlines(
            first_token_s=settings.first_token_timeout,
            idle_s=settings.idle_timeout,
            total_s=settings.timeout,
        ),
        retry=RetryPolicy(settings.retries, settings.max_wait),
        fail_on_length=settings.fail_on_length,
    )
