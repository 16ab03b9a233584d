"""Decides where a call goes and with which key, before anything is imported or sent."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.address import place_of
from hello_llm.contract.model_name import ModelName
from hello_llm.contract.vendors import COMPLETION_VENDORS, LOGIN_VENDORS, SELF_HOSTED_VENDORS
from hello_llm.providers.http.api_base import ApiBase, understand
from hello_llm.providers.http.vendor_table import (
    BASELESS_VENDORS,
    KEY_PAGES,
    KEYLESS_BASES,
    VENDOR_HOSTS,
    key_variable,
    needs_key,
)

_WIRE_VENDORS = {"ai21": "ai21_chat", "local": "openai", "ollama": "ollama_chat"}
"""The vendor prefix that LiteLLM gets, where it differs from the one that the user typed.

``ollama`` would flatten the conversation into one prompt and lose the true finish reason; ``local``
is llama.cpp's server, which speaks OpenAI's protocol; LiteLLM has no address for ``ai21``."""

RESPONSES = "responses/"
"""Prefix of a model's name that selects the Responses API."""


@dataclass(frozen=True, slots=True)
class Route:
    """A model and how to reach it."""

    typed: str
    """The model as the user typed it."""
    vendor: str
    """The vendor prefix that LiteLLM gets."""
    name: str
    """The vendor's own name for the model."""
    api_base: str | None
    """The base address of the API; ``None`` leaves it to LiteLLM's table of vendors."""
    key_variable: str | None
    """The environment variable that contains the key; ``None`` for a call without a key."""
    api_key: str | None = field(repr=False)
    """The key, or ``None`` for a call without one."""
    self_hosted: bool
    """True for a server that the user runs: its calls cost nothing."""
    query: str = ""
    """The query to append to the path of each request."""
    vendors_own: bool = True
    """False if the vendor prefix only says which protocol another server speaks."""
    responses: bool = False
    """True if the model's name selects the Responses API."""

    @property
    def litellms_name(self) -> str:
        """The model's name after the vendor prefix, as LiteLLM gets it."""
        return f"{RESPONSES}{self.name}" if self.responses else self.name

    @property
    def wire_model(self) -> str:
        """The model with its vendor prefix, as LiteLLM gets it."""
        return f"{self.vendor}/{self.litellms_name}"

    @property
    def litellms_vendor(self) -> str:
        """The vendor prefix that LiteLLM is called with.

        LiteLLM treats some models of OpenAI specially because of their names, which is right only
        at OpenAI itself: any other server gets the request as the user typed it.
        """
        return "custom_openai" if self.vendor == "openai" and not self.vendors_own else self.vendor

    @property
    def address(self) -> str | None:
        """The address that the call goes to; ``None`` if only LiteLLM knows it."""
        host = VENDOR_HOSTS.get(self.vendor, "")
        if self.api_base is None and host and not host.startswith("."):
            return f"https://{host}"
        return self.api_base

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
    """Return the route to `model`, including the key.

    Args:
        model: the vendor-qualified model.
        api_base: where the API is, if not at the vendor's own address.
        api_key_env: the environment variable that holds the key, if not the vendor's usual one.
        environ: where keys are read from, and nothing else.

    Raises:
        UsageError: there is no model, its name has no vendor, or the address is invalid.
        AuthError: the key is missing although the call needs it, or it is malformed.
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
        UsageError: there is no model, its name has no vendor, or the address is invalid.
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
            f"{name.vendor} is for text completion, not for chat",
            f"--model {COMPLETION_VENDORS[name.vendor]}/{name.name}",
        )
    if name.vendor in LOGIN_VENDORS:
        raise UsageError(
            f"{name.vendor} requires a login in a browser, which is not supported",
            "choose a vendor that takes a key, such as openai or anthropic",
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
        self_hosted=name.vendor in SELF_HOSTED_VENDORS,
        query="" if base is None else base.query,
        vendors_own=base is None or _is_vendors_own(name.vendor, base.address),
        responses=name.name.startswith(RESPONSES),
    )


def _choose_variable(vendor: str, base: ApiBase | None, api_key_env: str | None) -> str | None:
    """Return the variable of the key to send; only the vendor's own host gets a key unasked."""
    if api_key_env is not None:
        return api_key_env
    if vendor in SELF_HOSTED_VENDORS:
        return None
    if base is not None and not _is_vendors_own(vendor, base.address):
        return None
    return key_variable(vendor)


def _is_vendors_own(vendor: str, api_base: str) -> bool:
    """Return whether `api_base` belongs to `vendor` and uses HTTPS, so that its key is safe."""
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
    vendor = ModelName.parse(way.typed).vendor
    if not key and (named or needs_key(vendor)):
        state = "empty" if variable in environ else "not set"
        page = KEY_PAGES.get(vendor) if way.vendors_own else None
        raise AuthError(
            f"{variable} is {state}, and {way.typed} needs it",
            f"export {variable}=…   or name another variable with --api-key-env"
            + (f"; keys are created at https://{page}" if page else ""),
        )
    if not (key.isascii() and key.isprintable()):
        raise AuthError(
            f"{variable} contains characters that no key has",
            f"export {variable}=…   with only the key in place of the dots",
        )
    return key or None
