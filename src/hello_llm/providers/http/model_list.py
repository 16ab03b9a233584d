"""Requests and parses a vendor's free list of its models."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hello_llm.contract import BrokenReplyError
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import OPENAI_SDK_VENDORS

_OPENAI_LIKE = OPENAI_SDK_VENDORS | {
    "deepseek",
    "groq",
    "hosted_vllm",
    "mistral",
    "openai_like",
    "openrouter",
    "together_ai",
}
"""Vendors whose API lists its models as OpenAI's does, at ``/models`` below its base."""

_OWN_BASES = {
    "anthropic": "https://api.anthropic.com",
    "cerebras": "https://api.cerebras.ai/v1",
    "deepseek": "https://api.deepseek.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "openai": "https://api.openai.com/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "xai": "https://api.x.ai/v1",
}
"""The base of each API at the vendor's own host; a test compares them with the hosts."""

LISTED_FOR_ALL = frozenset({"openrouter"})
"""Vendors that show their list to anyone, so it does not prove that a key works."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """The request for a list of models."""

    url: str
    """The whole address."""
    headers: Mapping[str, str]
    """The headers, including the key if there is one."""

    @property
    def shown(self) -> str:
        """The request as a message shows it, without its query."""
        return f"GET {self.url.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models that a vendor lists."""

    names: tuple[str, ...]
    """The names of the models, as a call uses them."""
    whole: bool
    """False if the vendor says that there are more."""


def list_request(route: Route) -> ListRequest | None:
    """Return the request for the list of models at `route`, or ``None`` if none is known."""
    base = (route.api_base or _OWN_BASES.get(route.vendor, "")).rstrip("/")
    if not base:
        return None
    match route.vendor:
        case "ollama_chat":
            return ListRequest(f"{base}/api/tags", _bearer(route.api_key))
        case "anthropic":
            root = base.removesuffix("/messages").removesuffix("/v1")
            headers = {"anthropic-version": "2023-06-01", **_key("x-api-key", route.api_key)}
            return ListRequest(f"{root}/v1/models?limit=1000", headers)
        case "gemini":
            headers = _key("x-goog-api-key", route.api_key)
            return ListRequest(f"{base}/models?pageSize=1000", headers)
        case vendor if vendor in _OPENAI_LIKE:
            return ListRequest(f"{base}/models", _bearer(route.api_key))
    return None


def read_list(body: bytes, place: str) -> ModelList:
    """Parse `body`, the list of models that the server at `place` sent.

    Raises:
        BrokenReplyError: `body` is not a list of models.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    whole = True
    if isinstance(said, dict):
        whole = not (said.get("has_more") or said.get("nextPageToken"))
        said = said.get("data", said.get("models"))
    if not isinstance(said, list):
        raise BrokenReplyError(
            f"{place} answered, but not with a list of models",
            "check --api-base: is that the address of a chat API?",
        )
    return ModelList(tuple(name for entry in said for name in _names(entry)), whole)


def _names(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        found = (entry.get(key) for key in ("id", "name", "model"))
        name = next((one for one in found if isinstance(one, str)), None)
        if name is not None:
            yield name.removeprefix("models/")


def _bearer(key: str | None) -> dict[str, str]:
    return _key("authorization", None if key is None else f"Bearer {key}")


def _key(header: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {header: value}
