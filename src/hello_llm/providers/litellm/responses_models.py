"""Which models are called by OpenAI's Responses API: those that LiteLLM calls by it."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from hello_llm.contract import RequestError, UsageError
from hello_llm.providers.http.route import Route

_PARAMS = frozenset({"max_tokens", "temperature", "top_p"})
"""The parameters that the Responses API has; LiteLLM drops the others without a word."""


def by_responses(litellm: ModuleType, route: Route) -> bool:
    """Tell whether LiteLLM makes a call by `route` to the Responses API.

    Raises:
        UsageError: the model is asked for by that API, and LiteLLM has none for its vendor.
    """
    if not (route.responses or route.vendor in vendors(litellm)):
        return False
    listed, name = litellm.main.responses_api_bridge_check(
        model=route.litellms_name, custom_llm_provider=route.vendor, api_base=route.api_base
    )
    if listed.get("mode") != "responses":
        return False
    manager = litellm.utils.ProviderConfigManager
    if manager.get_provider_responses_api_config(route.vendor, name, route.api_base) is not None:
        return True
    if route.responses:
        raise UsageError(
            f"LiteLLM knows no Responses API of {route.vendor}",
            f"--model {route.vendor}/{route.name} for Chat Completions,"
            f" or --model openai/responses/{route.name} with --api-base",
        )
    return False


@cache
def vendors(litellm: ModuleType) -> frozenset[str]:
    """Return the vendors of which LiteLLM lists a model that is called so.

    Of other vendors it may ask a server before it says how a model is called.
    """
    rows = litellm.model_cost.values()
    return frozenset(row["litellm_provider"] for row in rows if row.get("mode") == "responses")


def stream_unknown(litellm: ModuleType, route: Route) -> None:
    """Have LiteLLM ask for a stream of a model that it does not know; else it asks for none."""
    if route.responses:
        try:
            litellm.get_model_info(model=route.name, custom_llm_provider=route.vendor)
        except litellm.exceptions.ModelNotMappedError:
            row = {"litellm_provider": route.vendor, "supports_native_streaming": True}
            litellm.register_model({f"{route.vendor}/{route.name}": row})


def responses_params(route: Route, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return `params` as LiteLLM is given them for a call to the Responses API.

    What it knows of a vendor's models holds at the vendor: another server is sent what was typed.

    Raises:
        RequestError: the Responses API has no such parameter.
    """
    for name in params:
        if name not in _PARAMS:
            raise RequestError(
                f"{route.typed} does not take {name}: the Responses API has no such parameter",
                f"leave out --{name.replace('_', '-')}",
            )
    if route.vendors_own:
        return dict(params)
    limit = {name: value for name, value in params.items() if name == "max_tokens"}
    body = {name: value for name, value in params.items() if name != "max_tokens"}
    return limit | ({"extra_body": body} if body else {})
