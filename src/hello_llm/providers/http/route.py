"""Decides where a call goes and with which key, before anything is imported or sent."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.providers.http.address import place_of
from hello_llm.providers.http.api_base import ApiBase, understand
from hello_llm.providers.http.vendor_table import (
    BASELESS_VENDORS,
    COMPLETION_VENDORS,
    KEYLESS_BASES,
    VENDOR_HOSTS,
    key_variable,
    needs_key,
)

_WIRE_VENDORS = {"ai21": "ai21_chat", "local": "openai", "ollama": "ollama_chat"}
"""``ollama`` would flatten the conversation into one prompt and lose the true stop reason;
``local`` is llama.cpp's server, which speaks OpenAI's protocol; ``ai21`` knows no address."""

RESPONSES = "responses/"
"""Stands before the name of a model that is asked by the Responses API."""

_SELF_HOSTED = frozenset({"local", *KEYLESS_BASES})


@dataclass(frozen=True, slots=True)
class Route:
    """One model, and the way to it."""

    typed: str
    """The model as the user typed it."""
    vendor: str
    """The vendor prefix that LiteLLM is given."""
    name: str
    """The vendor's own name of the model."""
    api_base: str | None
    """Where the vendor's API is; ``None`` leaves it to LiteLLM's table of vendors."""
    key_variable: str | None
    """The environment variable the key was read from; ``None`` for a call without a key."""
    api_key: str | None = field(repr=False)
    """The key, or ``None`` for a call without one."""
    self_hosted: bool
    """True for a server one runs oneself: its calls cost nothing."""
    query: str = ""
    """What stands behind the path of each request."""
    vendors_own: bool = True
    """False where the vendor's prefix only says which protocol some other server speaks."""
    responses: bool = False
    """True where the name says that the model is asked by the Responses API."""

    @property
    def litellms_name(self) -> str:
        """The name behind the vendor's prefix as LiteLLM is given it."""
        return f"{RESPONSES}{self.name}" if self.responses else self.name

    @property
    def wire_model(self) -> str:
        """The model as LiteLLM is given it."""
        return f"{self.vendor}/{self.litellms_name}"

    @property
    def litellms_vendor(self) -> str:
        """The prefix under which LiteLLM is called.

        What it knows of OpenAI's models by their names holds at OpenAI only: any other server is
        sent what was typed.
        """
        return "custom_openai" if self.vendor == "openai" and not self.vendors_own else self.vendor

    @property
    def place(self) -> str:
        """Where the call goes, for a message: ``HOST:PORT`` if known, else the vendor."""
        host = self.api_base or VENDOR_HOSTS.get(self.vendor)
        return self.vendor if host is None else place_of(host)


def resolve_route(
    model: str | None,
    *,
    api_base: str | None = None,
    api_key_env: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Route:
    """Return the way to `model`, with the key.

    Args:
        model: the vendor-qualified model.
        api_base: where the API is, if not at the vendor's own address.
        api_key_env: the environment variable that holds the key, if not the vendor's usual one.
        environ: where keys are read from; nothing else is.

    Raises:
        UsageError: no model, no vendor in its name, or an address that is none.
        AuthError: the key that the call needs is not set.
    """
    way = resolve_route_without_key(model, api_base=api_base, api_key_env=api_key_env)
    api_key = _read_key(way, environ, named=api_key_env is not None)
    variable = None if api_key is None else way.key_variable
    return replace(way, key_variable=variable, api_key=api_key)


def resolve_route_without_key(
    model: str | None, *, api_base: str | None = None, api_key_env: str | None = None
) -> Route:
    """Return the route to `model` as :func:`resolve_route` does, without reading the key.

    Raises:
        UsageError: no model, no vendor in its name, or an address that is none.
    """
    if model is None:
        raise UsageError(
            "the litellm provider needs a model",
            "--model openai/gpt-4o-mini, or --model local/smollm2 for one that needs no account",
        )
    name = ModelName.parse(model)
    if name.name == RESPONSES:
        raise UsageError(f"model {model!r} names no model", f"--model {model}NAME")
    if name.vendor == "local" and api_base is None:
        raise UsageError(
            f"{model} needs the address of its server",
            "hello_llm.local.serve starts one and yields its address",
        )
    if name.vendor in COMPLETION_VENDORS:
        raise UsageError(
            f"{name.vendor} completes texts and does not chat",
            f"--model {COMPLETION_VENDORS[name.vendor]}/{name.name}",
        )
    if name.vendor in BASELESS_VENDORS and api_base is None:
        raise UsageError(f"{model} needs the address of its server", "--api-base https://HOST")
    base = None if api_base is None else understand(api_base, name.vendor, name.name)
    return Route(
        typed=model,
        vendor=_WIRE_VENDORS.get(name.vendor, name.vendor),
        name=name.name.removeprefix(RESPONSES),
        api_base=KEYLESS_BASES.get(name.vendor) if base is None else base.address,
        key_variable=_choose_variable(name.vendor, base, api_key_env),
        api_key=None,
        self_hosted=name.vendor in _SELF_HOSTED,
        query="" if base is None else base.query,
        vendors_own=base is None or _is_vendors_own(name.vendor, base.address),
        responses=name.name.startswith(RESPONSES),
    )


def _choose_variable(vendor: str, base: ApiBase | None, api_key_env: str | None) -> str | None:
    """Name the variable whose key may go where the call goes; another host gets no key unasked."""
    if api_key_env is not None:
        return api_key_env
    if vendor in _SELF_HOSTED:
        return None
    if base is not None and not _is_vendors_own(vendor, base.address):
        return None
    return key_variable(vendor)


def _is_vendors_own(vendor: str, api_base: str) -> bool:
    """Tell whether `api_base` is where the key of `vendor` belongs, and hides it on the way."""
    own, parts = VENDOR_HOSTS.get(vendor), urlsplit(api_base)
    if own is None or parts.scheme != "https" or parts.port not in {None, 443}:
        return False
    host = parts.hostname or ""
    return host.endswith(own) if own.startswith(".") else host == own


def _read_key(way: Route, environ: Mapping[str, str], *, named: bool) -> str | None:
    variable = way.key_variable
    if variable is None:
        return None
    key = environ.get(variable, "").strip()
    if not key and (named or needs_key(ModelName.parse(way.typed).vendor)):
        state = "empty" if variable in environ else "not set"
        raise AuthError(
            f"{variable} is {state}, and {way.typed} needs it",
            f"export {variable}=…   or name another variable with --api-key-env",
        )
    if not (key.isascii() and key.isprintable()):
        raise AuthError(
            f"{variable} holds characters that no key has",
            f"export {variable}=…   with the key alone in place of the dots",
        )
    return key or None
