"""Builds the arguments that make ``litellm.completion`` use our connection."""

import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

from hello_llm.contract import UsageError
from hello_llm.providers.http.client.connection import NO_KEY, Connection
from hello_llm.providers.http.protocols import RESPONSES
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import (
    AZURE_VENDORS,
    OPENAI_SDK_VENDORS,
    UNSEEN_VENDORS,
    WHOLE_ENDPOINTS,
)

_AZURE_V1 = re.compile(r"/openai/v1/?$")
"""The end of a base of Azure's newer API, which is used like OpenAI's own."""


def call_arguments(
    litellm: ModuleType, route: Route, connection: Connection, *, responses: bool = False
) -> tuple[dict[str, Any], Any]:
    """Aim `connection` at `route`, and return the arguments that make LiteLLM use it.

    The second value is the client to lend to LiteLLM, since some vendors' calls drop the argument;
    ``None`` if there is nothing to lend.

    Args:
        litellm: the loaded module.
        route: where the call goes.
        connection: the connection that makes the call.
        responses: whether LiteLLM calls the Responses API.
    """
    connection.aim(route, RESPONSES if responses else route.vendor)
    endpoint = WHOLE_ENDPOINTS.get(route.vendor, "")
    base = route.api_base and route.api_base + endpoint
    arguments: dict[str, Any] = {"api_base": base, "timeout": connection.transport.timeout}
    if route.vendor in AZURE_VENDORS:
        version = parse_qs(route.query).get("api-version")
        arguments |= {} if version is None else {"api_version": version[0]}
    arguments["api_key"] = _key(route)
    if route.vendor in OPENAI_SDK_VENDORS | AZURE_VENDORS and not responses:
        # Without max_retries, LiteLLM sets its own default of 2 on our client.
        client = _sdk_client(litellm, route, connection)
        return arguments | {"client": client, "max_retries": 0}, None
    handler = _handler(connection)
    return arguments | {"client": handler}, handler


def unasked_field(route: Route, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path of a field that LiteLLM adds to the body although `params` lack it."""
    if route.vendor == "gemini" and "temperature" not in params:
        return ("generationConfig", "temperature")
    return ()


def _key(route: Route) -> str | None:
    """Return the key for LiteLLM, which would look for one in the environment without it."""
    if route.vendor in UNSEEN_VENDORS and route.api_base is None:
        return route.api_key  # without one, LiteLLM signs the request
    return route.api_key or NO_KEY


def _sdk_client(litellm: ModuleType, route: Route, connection: Connection) -> Any:
    """Return a client of the OpenAI SDK that makes its requests over `connection`, once each."""
    import openai

    options: dict[str, Any] = {
        "api_key": route.api_key or NO_KEY,
        "http_client": connection.client(),
    }
    newer = _AZURE_V1.search(route.api_base or "")
    if newer and route.vendor == "azure_text":
        raise UsageError("Azure's newer API has no azure_text", f"--model azure/{route.name}")
    if route.vendor in AZURE_VENDORS and not newer:
        version = parse_qs(route.query).get("api-version", [litellm.AZURE_DEFAULT_API_VERSION])
        azure = _with_one_attempt(openai.AzureOpenAI)
        return azure(azure_endpoint=route.api_base, api_version=version[0], **options)
    known_base = litellm.get_llm_provider(route.wire_model, api_key=NO_KEY)[3]
    base = route.api_base or known_base or "https://api.openai.com/v1"
    return _with_one_attempt(openai.OpenAI)(base_url=base, **options)


@cache
def _with_one_attempt(client: type) -> type:
    """Return a subclass of `client`, a class of the OpenAI SDK, that makes each request once."""
    return type(client.__name__, (_OneAttempt, client), {})


class _OneAttempt:
    """Makes a client of the OpenAI SDK try once; for some vendors, LiteLLM sets 2 retries on it."""

    @property
    def max_retries(self) -> int:
        """None, whatever was set."""
        return 0

    @max_retries.setter
    def max_retries(self, number: int) -> None:
        """Ignore `number`."""


def _handler(connection: Connection) -> Any:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler

    return HTTPHandler(client=connection.client(), timeout=connection.transport.timeout)
