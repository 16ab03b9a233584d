"""Keeps LiteLLM from making requests of its own, for data that a call does not need.

It would ask an Ollama or Lemonade server for a model's price, and Hugging Face for a model's size
or prompt template. These requests bypass the call's proxy, certificates and deadlines, and some
outlive the call. LiteLLM carries on if it gets no answer. The `environment` module prevents the
requests that environment variables can turn off.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hello_llm.providers.litellm.lent_client import lent_client

if TYPE_CHECKING:
    import httpx

_UNKNOWN_TEMPLATE: Mapping[str, Any] = {
    "status": "success",
    "tokenizer": {"chat_template": "{% if %}"},
}
"""An invalid template, so that LiteLLM falls back on its own without requesting another file."""


def forbid(litellm: Any) -> None:
    """Prevent `litellm` from looking anything up.

    It uses its shared client, or makes one, wherever it does not take the call's own: to look up a
    model's price or size, and for the calls to a few vendors, which the client lent to them makes.
    """
    import httpx
    from litellm.llms.custom_httpx.http_handler import (
        HTTPHandler,
    )

    class OnlyCalls(httpx.BaseTransport):
        """Sends requests that may be calls to a model, and refuses all others."""

        def handle_request(self, request: "httpx.Request") -> "httpx.Response":
            lent = lent_client()
            if lent is None or not may_be_a_call(request.method, request.url.path):
                raise httpx.ConnectError("LiteLLM looks nothing up here", request=request)
            response: httpx.Response = lent.client.send(request, stream=True)
            return response

    client = httpx.Client(transport=OnlyCalls(), trust_env=False)
    litellm.module_level_client = HTTPHandler(client=client)
    HTTPHandler._create_sync_transport = lambda _: OnlyCalls()  # noqa: SLF001 - it has no setting
    litellm.known_tokenizer_config = _Templates(litellm.known_tokenizer_config)


def may_be_a_call(method: str, path: str) -> bool:
    """Return whether a request from LiteLLM can be a call to a model, or the login for one."""
    return method == "POST" and not path.endswith("/api/show")


class _Templates(dict[str, Any]):
    """LiteLLM's known templates; other models get one that makes it use its own default."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> Mapping[str, Any]:
        return _UNKNOWN_TEMPLATE
