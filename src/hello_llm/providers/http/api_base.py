"""Parses an API base as people write it: with a query, an endpoint or slashes at the end."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from hello_llm.contract import UsageError
from hello_llm.contract.address import find_fault
from hello_llm.providers.http.vendor_table import UNSEEN_VENDORS


@dataclass(frozen=True, slots=True)
class ApiBase:
    """The base address of an API."""

    address: str
    """The address without its query and without a trailing slash."""
    query: str = ""
    """The query to append to the path of each request, as the user typed it."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """The end of an address that names a whole endpoint rather than a base."""

    path: re.Pattern[str]
    """The pattern of its path; the group ``root`` is the part that belongs to the base."""
    vendor: str
    """The vendor whose chat endpoint it is; empty if it is not a chat endpoint."""
    elsewhere: bool = False
    """Whether calls made below the base use a different endpoint of that API."""


def _ends(path: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<root>.*?){path}", re.IGNORECASE)


_CHAT_OF_VENDORS = (
    _Endpoint(_ends(r"/openai/deployments/[^/]+(/chat/completions)?"), "azure"),
    _Endpoint(_ends(r"/chat/completions"), "openai"),
    _Endpoint(_ends(r"/v1/messages"), "anthropic"),
    _Endpoint(_ends(r"/messages"), "anthropic", elsewhere=True),
    _Endpoint(_ends(r"/api/chat"), "ollama"),
    _Endpoint(_ends(r"/models/[^/]+:(stream)?generateContent"), "gemini"),
    _Endpoint(_ends(r"/v2/chat"), "cohere"),
    _Endpoint(_ends(r"/v1/chat"), "cohere", elsewhere=True),
)
_OTHERS = (
    _Endpoint(_ends(r"/responses"), "responses"),
    _Endpoint(_ends(r"/api/(generate|tags|embed)"), ""),
    _Endpoint(_ends(r"/(completions|embeddings|models)"), ""),
)

_PROTOCOLS = {
    "anthropic": "anthropic",
    "azure": "azure",
    "azure_text": "azure",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "gemini": "gemini",
    "ollama": "ollama",
    "ollama_chat": "ollama",
}
"""Vendors that don't speak OpenAI's protocol, with the vendor whose protocol they speak."""

_VERSIONS = {
    "anthropic": _ends(r"/v1"),
    "cohere": _ends(r"/v[12]"),
    "ollama": _ends(r"/api"),
}
"""Path segments that LiteLLM appends with the endpoint; many users also put them in the base."""


def understand(text: str, vendor: str, name: str) -> ApiBase:
    """Parse the API base `text` for the model `name` of `vendor`.

    Raises:
        UsageError: `text` is not an address, or it cannot be the base of requests.
    """
    parts = _checked(text)
    protocol = _PROTOCOLS.get(vendor, "openai")
    if name.startswith("responses/"):
        protocol = "responses"
    path = _without_endpoint(parts, text, protocol, f"{vendor}/{name}")
    version = _VERSIONS.get(protocol)
    found = version.fullmatch(path) if version else None
    base = ApiBase(_address(parts, found["root"] if found else path), parts.query)
    if base.query and vendor in UNSEEN_VENDORS:
        message = f"{vendor} does not accept a query in its API base"
        raise UsageError(message, f"--api-base {base.address}")
    return base


def joined_query(own: bytes, typed: str) -> bytes:
    """Append the `typed` query to a request's `own`, without the names that it already has."""
    names = {pair.partition(b"=")[0] for pair in own.split(b"&") if pair}
    pairs = (pair for pair in typed.encode().split(b"&") if pair.partition(b"=")[0] not in names)
    return b"&".join([*filter(None, [own]), *pairs])


def _checked(text: str) -> SplitResult:
    fault = find_fault(text)
    if fault is not None:
        raise UsageError(
            f"api base {text!r} is not a valid address: {fault}", "--api-base http://HOST:PORT"
        )
    parts = urlsplit(text)
    if "@" in parts.netloc:
        raise UsageError(
            "the API base contains a user name or a password",
            "leave them out, and name the variable that holds the key with --api-key-env",
        )
    if "#" in text:
        raise UsageError(
            f"the API base has a fragment, #{parts.fragment}, which cannot be part of a request",
            f"--api-base {text.partition('#')[0]}",
        )
    return parts


def _without_endpoint(parts: SplitResult, text: str, protocol: str, model: str) -> str:
    path = parts.path.rstrip("/")
    for endpoint in (*_CHAT_OF_VENDORS, *_OTHERS):
        found = endpoint.path.fullmatch(path)
        if found is None:
            continue
        if endpoint.vendor == protocol and not endpoint.elsewhere:
            return found["root"]
        raise _other_endpoint(endpoint, text, _address(parts, found["root"]), protocol, model)
    return path


def _other_endpoint(
    endpoint: _Endpoint, text: str, address: str, protocol: str, model: str
) -> UsageError:
    """Return the error for an API base that is an endpoint which calls to `model` don't use."""
    vendor, _, name = model.partition("/")
    wrong = f"calls of {model} do not go to {text.partition('?')[0]}, which is an endpoint"
    if endpoint.vendor in {"", protocol}:
        return UsageError(wrong, f"--api-base {address}")
    other = f"{vendor}/responses" if endpoint.vendor == "responses" else endpoint.vendor
    return UsageError(wrong, f"--model {other}/{name} --api-base {address}")


def _address(parts: SplitResult, path: str) -> str:
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path.rstrip("/"), "", ""))
