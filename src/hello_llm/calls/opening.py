"""Prepares a call: builds the request, opens the provider, and serves a local model."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hello_llm.contract import ChatRequest, LLMProvider, Message, Params, UsageError
from hello_llm.providers.factory import get_provider
from hello_llm.providers.mock.provider import DEFAULT_MODEL
from hello_llm.settings.fields import Settings
from hello_llm.settings.paths import default_cache_folder

if TYPE_CHECKING:
    from hello_llm.providers.http.client.certificates import Certificates
    from hello_llm.providers.mock.play import Play

_LOCAL = "local/"
LOCAL_MAX_TOKENS = 2048
"""The limit of a local model's answer if none is set: small models may never come to an end."""

_OF_A_CALL = (
    "api_base",
    "api_key_env",
    "headers",
    "headers_env",
    "connect_timeout",
    "proxy",
    "proxy_auth_env",
)
_FILES = ("ca_file", "client_cert", "client_key")
OF_THE_PROVIDER = ("provider", "model", "script", *_OF_A_CALL, *_FILES)
"""The settings that a provider is made from."""

Serve = Callable[[Path, str], AbstractContextManager[str]]
"""Serves a file of weights under a name; the context yields the address of its API."""


def build_request(settings: Settings, messages: tuple[Message, ...]) -> ChatRequest:
    """Return the request for `messages`, preceded by the system turn of the settings."""
    if settings.system is not None:
        messages = (Message("system", settings.system), *messages)
    params = Params(**{one.name: getattr(settings, one.name) for one in fields(Params)})
    if params.max_tokens is None and is_local(settings.model):
        params = replace(params, max_tokens=LOCAL_MAX_TOKENS)
    usual = DEFAULT_MODEL if settings.provider == "mock" else None
    return ChatRequest(messages, settings.model or usual, params)


def import_as_set(settings: Settings) -> None:
    """Make LiteLLM load as `settings` say, if they need it and it is not loaded already."""
    if settings.provider == "litellm" and settings.lazy_imports:
        from hello_llm.providers.litellm.loader import load_lazily

        load_lazily(default_cache_folder())


def compile_litellm() -> None:
    """Compile what calls in every protocol use of LiteLLM, so that no call has to (seconds)."""
    from hello_llm.providers.litellm.loader import load_lazily
    from hello_llm.providers.litellm.rehearsal import rehearse_all

    load_lazily(default_cache_folder())
    rehearse_all()


def is_local(model: str | None) -> bool:
    """Return whether `model` is served by this program, on this machine."""
    return model is not None and model.startswith(_LOCAL)


def _serve(weights: Path, name: str) -> AbstractContextManager[str]:
    from hello_llm.local import serve

    return serve(weights, name)


@contextmanager
def open_provider(
    settings: Settings, serve: Serve = _serve, play: "Play | None" = None
) -> Iterator[LLMProvider]:
    """Yield the provider that `settings` select.

    Args:
        settings: every setting.
        serve: serves a local model inside the block.
        play: the script, if a play of it is already in progress.

    Raises:
        UsageError: the settings conflict, or the local model cannot be served.
    """
    with ExitStack() as stack:
        options: dict[str, Any] = {"model": settings.model} if settings.model else {}
        options |= _script(settings, play)
        import_as_set(settings)
        if settings.provider == "litellm":
            options |= {key: getattr(settings, key) for key in _OF_A_CALL}
            options |= {"timeout": None, "proxy": settings.proxy or None, "connect_early": True}
            options |= asdict(certificates(settings))
            options |= _prices(settings)
            if is_local(settings.model):
                name, weights = _local_model(settings, str(settings.model))
                options["api_base"] = stack.enter_context(serve(weights, name))
        yield get_provider(settings.provider, **options)


def _prices(settings: Settings) -> dict[str, Any]:
    """Return the option with the configured prices of the model; empty if there are none."""
    model = settings.model
    if model is None or model not in settings.models:
        return {}
    from hello_llm.prices.own_prices import own_prices

    facts = own_prices(model, settings.models)
    return {} if facts is None else {"prices": {model: facts}}


def _script(settings: Settings, play: "Play | None") -> dict[str, Any]:
    """Return the options of a mock that plays a script; empty without a script."""
    file = script_file(settings)
    if file is None:
        return {}
    return {
        "script": play or file,
        "api_base": settings.api_base,
        "api_key_env": settings.api_key_env,
        "connect_timeout": settings.connect_timeout,
        "timeout": None,
    }


def script_file(settings: Settings) -> Path | None:
    """Return the path of the mock's script, if there is one.

    Raises:
        UsageError: there is one, but the provider is not the mock.
    """
    if settings.script is None:
        return None
    if settings.provider != "mock":
        raise UsageError(
            f"a script is played by the mock, and the provider is {settings.provider}",
            "leave out --script, or add --provider mock",
        )
    file = Path(settings.script).expanduser()
    origin = settings.origins.get("script")
    beside = None if origin is None else origin.file
    return file if beside is None else beside.parent / file


def certificates(settings: Settings) -> "Certificates":
    """Return the PEM files of the call, which only a configuration file can name.

    Raises:
        UsageError: there is no such file.
    """
    from hello_llm.providers.http.client.certificates import Certificates

    return Certificates(*(_named_file(settings, key) for key in _FILES))


def _named_file(settings: Settings, key: str) -> Path | None:
    name = getattr(settings, key)
    if name is None or settings.config_file is None:
        return None
    file = settings.config_file.parent / Path(name).expanduser()
    if not os.path.isfile(file):  # noqa: PTH113 - a name that is too long is no file either
        raise UsageError(f"there is no file {file}", f"name a PEM file in the profile: {key}")
    return file


def _local_model(settings: Settings, model: str) -> tuple[str, Path]:
    """Return the name of the local `model` and the path of its weights."""
    from hello_llm.local import find_weights

    if settings.api_base is not None:
        raise UsageError(
            f"{model} runs on this machine and takes no other address", "leave out --api-base"
        )
    name = model.removeprefix(_LOCAL)
    return name, find_weights(name, settings.local_models)
