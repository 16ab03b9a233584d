"""Decides, as LiteLLM does, which models are called through OpenAI's Responses API."""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from hello_llm.contract import RequestError, UsageError
from hello_llm.providers.http.route import Route

_PARAMS = frozenset({"max_tokens", "temperature", "top_p"})
"""The parameters of the Responses API; LiteLLM silently drops any others."""


def by_responses(litellm: ModuleType, route: Route) -> bool:
    """Return whether LiteLLM sends a call on `route` to the Responses API.

    Raises:
        UsageError: the user chose that API, but LiteLLM does not support it for the vendor.
    """
    if not (route.responses or route.vendor in vendors(litellm)):
        return False
    mode, name = _mode(litellm, route.litellms_name, route.vendor, route.api_base)
    if mode != "responses":
        return False
    manager = litellm.utils.ProviderConfigManager
    if manager.get_provider_responses_api_config(route.vendor, name, route.api_base) is not None:
        return True
    if route.responses:
        raise UsageError(
            f"LiteLLM has no Responses API for {route.vendor}",
            f"--model {route.vendor}/{route.name} for Chat Completions,"
            f" or --model openai/responses/{route.name} with --api-base",
        )
    return False


@lru_cache(maxsize=64)
def _mode(
    litellm: ModuleType, name: str, vendor: str, api_base: str | None
) -> tuple[str | None, str]:
    """Return how LiteLLM calls a model, and its name for the API."""
    listed, name = litellm.main.responses_api_bridge_check(
        model=name, custom_llm_provider=vendor, api_base=api_base
    )
    return listed.get("mode"), name


@cache
def vendors(litellm: ModuleType) -> frozenset[str]:
    """Return the vendors for which LiteLLM lists a model that uses the Responses API.

    For other vendors, LiteLLM may query a server to find out which API a model uses.
    """
    rows = litellm.model_cost.values()
    return frozenset(row["litellm_provider"] for row in rows if row.get("mode") == "responses")


def stream_unknown(litellm: ModuleType, route: Route) -> None:
    """Register an unknown model as streaming; otherwise LiteLLM would not request a stream."""
    if route.responses:
        try:
            litellm.get_model_info(model=route.name, custom_llm_provider=route.vendor)
        except litellm.exceptions.ModelNotMappedError:
            row = {"litellm_provider": route.vendor, "supports_native_streaming": True}
            litellm.register_model({f"{route.vendor}/{route.name}": row})


def responses_params(route: Route, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return `params` in the form that LiteLLM takes for a call to the Responses API.

    What LiteLLM knows about a vendor's models applies only to the vendor's own server; any other
    server is sent the parameters as typed.

    Raises:
        RequestError: the Responses API has no such parameter.
    """
    for name in params:
        if name not in _PARAMS:
            raise RequestError(
                f"{route.typed} does not accept {name}: the Responses API has no such parameter",
                f"leave out --{name.replace('_', '-')}",
            )
    if route.vendors_own:
        return dict(params)
    limit = {name: value for name, value in params.items() if name == "max_tokens"}
    body = {name: value for name, value in params.items() if name != "max_tokens"}
    return limit | ({"extra_body": body} if body else {})
