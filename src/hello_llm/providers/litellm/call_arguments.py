"""Builds the arguments that make ``litellm.completion`` use our connection."""

from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

from hello_llm.contract import RequestError
from hello_llm.providers.http.client.connection import NO_KEY, Connection
from hello_llm.providers.http.protocols import RESPONSES
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import (
    OPENAI_SDK_VENDORS,
    OWN_TRANSPORT_VENDORS,
    WHOLE_ENDPOINTS,
)


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

    Raises:
        RequestError: this is a dry run, and LiteLLM builds this vendor's client itself.
    """
    connection.aim(route, RESPONSES if responses else route.vendor)
    endpoint = WHOLE_ENDPOINTS.get(route.vendor, "")
    base = route.api_base and route.api_base + endpoint
    arguments: dict[str, Any] = {"api_base": base, "timeout": connection.transport.timeout}
    if route.vendor in OWN_TRANSPORT_VENDORS:
        version = parse_qs(route.query).get("api-version")
        arguments |= {} if version is None else {"api_version": version[0]}
        if not responses:
            return arguments | _without_our_client(route, connection), None
    arguments["api_key"] = route.api_key or NO_KEY
    if route.vendor in OPENAI_SDK_VENDORS and not responses:
        # Without max_retries, LiteLLM sets its own default of 2 on our client.
        client = _openai_client(litellm, route, connection)
        return arguments | {"client": client, "max_retries": 0}, None
    handler = _handler(connection)
    return arguments | {"client": handler}, handler


def _without_our_client(route: Route, connection: Connection) -> dict[str, Any]:
    if connection.dry_run:
        raise RequestError(f"the request to {route.typed} cannot be shown unless it is sent")
    connection.leave_to_others()
    # Without a key, LiteLLM would send the one in the environment to any address.
    api_key = route.api_key or (None if route.api_base is None else NO_KEY)
    return {"api_key": api_key, "max_retries": 0}


def _openai_client(litellm: ModuleType, route: Route, connection: Connection) -> Any:
    import openai

    known_base = litellm.get_llm_provider(route.wire_model, api_key=NO_KEY)[3]
    return openai.OpenAI(
        api_key=route.api_key or NO_KEY,
        base_url=route.api_base or known_base or "https://api.openai.com/v1",
        max_retries=0,
        http_client=connection.client(),
    )


def _handler(connection: Connection) -> Any:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler

    return HTTPHandler(client=connection.client(), timeout=connection.transport.timeout)
