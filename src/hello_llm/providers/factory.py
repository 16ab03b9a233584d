"""Builds a provider by name, importing only the one that was chosen."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

from hello_llm.contract import LLMProvider, UsageError

if TYPE_CHECKING:
    from hello_llm.contract.model_facts import ModelFacts
    from hello_llm.providers.litellm.adapter import LiteLLMProvider
    from hello_llm.providers.mock.play import Play
    from hello_llm.providers.mock.provider import MockProvider
    from hello_llm.providers.mock.scripted import ScriptedMock

ProviderName = Literal["mock", "litellm"]
PROVIDER_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)


@overload
def get_provider(
    name: Literal["mock"], *, script: None = None, model: str = ...
) -> "MockProvider": ...
@overload
def get_provider(
    name: Literal["mock"],
    *,
    script: "Path | Play",
    model: str = ...,
    api_base: str | None = ...,
    api_key_env: str | None = ...,
    connect_timeout: float | None = ...,
    timeout: float | None = ...,
    environ: Mapping[str, str] | None = ...,
) -> "ScriptedMock": ...
@overload
def get_provider(
    name: Literal["litellm"],
    *,
    model: str | None = ...,
    api_base: str | None = ...,
    api_key_env: str | None = ...,
    connect_timeout: float | None = ...,
    timeout: float | None = ...,
    headers: Mapping[str, str] | None = ...,
    headers_env: Mapping[str, str] | None = ...,
    proxy: str | None = ...,
    proxy_auth_env: str | None = ...,
    ca_file: Path | None = ...,
    client_cert: Path | None = ...,
    client_key: Path | None = ...,
    environ: Mapping[str, str] | None = ...,
    connect_early: bool = ...,
    prices: "Mapping[str, ModelFacts] | None" = ...,
) -> "LiteLLMProvider": ...
@overload
def get_provider(name: str) -> LLMProvider: ...
def get_provider(name: str, **options: Any) -> LLMProvider:  # the overloads type them
    """Build the provider named `name`.

    Args:
        name: ``mock`` or ``litellm``.
        options: the keyword arguments of the provider's class:
            :class:`~hello_llm.providers.mock.provider.MockProvider`,
            :class:`~hello_llm.providers.mock.scripted.ScriptedMock` if ``script`` is given, or
            :class:`~hello_llm.providers.litellm.adapter.LiteLLMProvider`.

    Raises:
        UsageError: there is no provider with that name, or it has no such option.
    """
    kind = _class_of(name, scripted=options.get("script") is not None)
    known = _parameters(kind)
    if "script" not in known:
        options.pop("script", None)
    for key in options:
        if key not in known:
            raise UsageError(f"the provider {name} has no option {key!r}", _nearest(key, known))
    return kind(**options)


def _class_of(name: str, *, scripted: bool) -> type[LLMProvider]:
    match name:
        case "mock" if scripted:
            from hello_llm.providers.mock.scripted import ScriptedMock

            return ScriptedMock
        case "mock":
            from hello_llm.providers.mock.provider import MockProvider

            return MockProvider
        case "litellm":
            from hello_llm.providers.litellm.adapter import LiteLLMProvider

            return LiteLLMProvider
    known = " and ".join(PROVIDER_NAMES)
    raise UsageError(f"unknown provider {name!r}: there are {known}", hint=_suggest(name.lower()))


def _parameters(kind: type[LLMProvider]) -> list[str]:
    from inspect import signature

    return list(signature(kind).parameters)


def _nearest(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"its options are {', '.join(known)}"


def _suggest(name: str) -> str:
    from difflib import get_close_matches

    from hello_llm.contract.vendors import VENDORS

    if name in VENDORS:
        return f"a vendor is a model prefix: --provider litellm --model {name}/MODEL"
    near = get_close_matches(name, PROVIDER_NAMES, n=1)
    return f"--provider {near[0]}" if near else "--provider mock, or --provider litellm"
