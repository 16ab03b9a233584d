"""Makes the turns of a run: who is asked, within which limits, and for whose eyes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from hello_llm.cli.opening import build_request, open_provider
from hello_llm.contract import LLMProvider, Message
from hello_llm.engine import Candidate, Deadlines, Turn
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
        everyone = [settings]
        openers = [_opener(one, stack) for one in everyone]
        openers[0]()

        def ask(messages: tuple[Message, ...], _terminal: Terminal) -> Turn:
            candidates = [
                Candidate(build_request(one, messages), opener, one.provider)
                for one, opener in zip(everyone, openers, strict=True)
            ]
            return _turn(settings, candidates)

        yield ask


def _opener(settings: Settings, stack: ExitStack) -> Callable[[], LLMProvider]:
    """Return what opens the provider of `settings`, once, and closes it with `stack`."""

    @cache
    def provider() -> LLMProvider:
        return stack.enter_context(open_provider(settings))

    return provider


def _turn(settings: Settings, candidates: list[Candidate]) -> Turn:
    return Turn(candidates, stream=settings.stream, deadlines=Deadlines(total_s=settings.timeout))
