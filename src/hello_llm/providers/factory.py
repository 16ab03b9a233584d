"""Builds a provider by name, importing only the one that was chosen."""

from typing import Any, Literal, get_args

from hello_llm.contract import LLMProvider, UsageError

ProviderName = Literal["mock", "litellm"]
PROVIDER_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)


def get_provider(name: str, **options: Any) -> LLMProvider:  # noqa: ANN401 - each provider types its own
    """Build the provider named `name`.

    Args:
        name: ``mock`` or ``litellm``.
        options: the keyword arguments of the provider's class:
            :class:`~hello_llm.providers.mock.provider.MockProvider`,
            :class:`~hello_llm.providers.mock.scripted.ScriptedMock` if ``script`` is given, or
            :class:`~hello_llm.providers.litellm.adapter.LiteLLMProvider`.

    Raises:
        UsageError: there is no provider with that name.
    """
    match name:
        case "mock" if options.get("script") is not None:
            from hello_llm.providers.mock.scripted import (
                ScriptedMock,
            )

            return ScriptedMock(**options)
        case "mock":
            options.pop("script", None)
            from hello_llm.providers.mock.provider import MockProvider

            return MockProvider(**options)
        case "litellm":
            from hello_llm.providers.litellm.adapter import (
                LiteLLMProvider,
            )

            return LiteLLMProvider(**options)
    known = " and ".join(PROVIDER_NAMES)
    raise UsageError(f"unknown provider {name!r}: there are {known}", hint=_suggest(name.lower()))


def _suggest(name: str) -> str:
    from difflib import get_close_matches

    from hello_llm.contract.vendors import VENDORS

    if name in VENDORS:
        return f"a vendor is a model prefix: --provider litellm --model {name}/MODEL"
    near = get_close_matches(name, PROVIDER_NAMES, n=1)
    return f"--provider {near[0]}" if near else "--provider mock, or --provider litellm"
