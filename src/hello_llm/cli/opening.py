"""Opens what a call needs: the request, the provider, and a local model's server."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from hello_llm.contract import ChatRequest, LLMProvider, Message, Params, UsageError
from hello_llm.providers.factory import get_provider
from hello_llm.settings import Settings

_LOCAL = "local/"


def build_request(settings: Settings, messages: tuple[Message, ...]) -> ChatRequest:
    """Return the request for `messages`, the system turn of the settings before them."""
    if settings.system is not None:
        messages = (Message("system", settings.system), *messages)
    params = Params(
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        seed=settings.seed,
        stop=settings.stop,
    )
    return ChatRequest(messages, settings.model, params)


@contextmanager
def open_provider(settings: Settings) -> Iterator[LLMProvider]:
    """Yield the provider of `settings`; a local model is served inside the block.

    Raises:
        UsageError: the settings do not go together, or the local model cannot be served.
    """
    with ExitStack() as stack:
        options: dict[str, Any] = {"model": settings.model} if settings.model else {}
        if settings.provider == "litellm":
            options |= {
                "api_base": settings.api_base,
                "api_key_env": settings.api_key_env,
                "timeout": settings.timeout,
            }
            if settings.model is not None and settings.model.startswith(_LOCAL):
                options["api_base"] = stack.enter_context(_served(settings, settings.model))
        yield get_provider(settings.provider, **options)


@contextmanager
def _served(settings: Settings, model: str) -> Iterator[str]:
    from hello_llm.local import find_weights, serve  # noqa: PLC0415 - only a local model pays

    if settings.api_base is not None:
        raise UsageError(
            f"{model} is served here and takes no other address", "leave out --api-base"
        )
    name = model.removeprefix(_LOCAL)
    with serve(find_weights(name, settings.local_models), name) as base:
        yield base
