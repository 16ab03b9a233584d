"""Keeps LiteLLM from making requests of its own: what it would look up has no part in a call.

It would ask an Ollama or Lemonade server for the price of a model, Hugging Face for the size of one
or for the template of its prompt. Each of these goes past the call's proxy, certificates and
deadlines, and some outlive the call. LiteLLM goes on without an answer where it gets none. What
variables of the environment can stop is in `environment`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

_UNKNOWN_TEMPLATE: Mapping[str, Any] = {
    "status": "success",
    "tokenizer": {"chat_template": "{{ raise_exception('it is not looked up') }}"},
}
"""What makes LiteLLM fall back on its own template, without asking for another file."""


def forbid(litellm: Any) -> None:  # noqa: ANN401 - the module is untyped
    """See that `litellm` looks nothing up.

    Its shared client is the one for what has no client of the call's: price and size of a model,
    and the calls to a few vendors.
    """
    import httpx
    from litellm.llms.custom_httpx.http_handler import (
        HTTPHandler,
    )

    class OnlyCalls(httpx.BaseTransport):
        """Sends what may be a call to a model, and refuses what can be none."""

        def __init__(self) -> None:
            self._real: httpx.BaseTransport | None = None

        def handle_request(self, request: "httpx.Request") -> "httpx.Response":
            if not may_be_a_call(request.method, request.url.path):
                raise httpx.ConnectError("LiteLLM looks nothing up here", request=request)
            if self._real is None:
                self._real = httpx.HTTPTransport()  # takes a while, and few need it
            return self._real.handle_request(request)

    client = httpx.Client(transport=OnlyCalls(), trust_env=False)
    litellm.module_level_client = HTTPHandler(client=client)
    litellm.known_tokenizer_config = _Templates(litellm.known_tokenizer_config)


def may_be_a_call(method: str, path: str) -> bool:
    """Tell whether a request of LiteLLM's can be a call to a model, or the login for one."""
    return method == "POST" and not path.endswith("/api/show")


class _Templates(dict[str, Any]):
    """The templates that LiteLLM knows; of any other model it knows that there is none."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> Mapping[str, Any]:
        return _UNKNOWN_TEMPLATE
