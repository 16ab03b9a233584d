"""Decides what leaves: what the protocol needs, and what the user asked for.

LiteLLM and the SDKs add headers which tell vendors and gateways what a user never said: the name of
the library, the system, the processor, a page to credit.
"""

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import hello_llm

if TYPE_CHECKING:
    import httpx

KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
"""The headers in which vendors expect their keys."""

_NEEDED = frozenset(
    {
        *KEY_HEADERS,
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "anthropic-beta",
        "anthropic-version",
        "ai-resource-group",  # SAP
        "date",  # part of the signature for OCI
        "rquid",  # GigaChat
        "x-content-sha256",  # OCI
        "x-snowflake-authorization-token-type",
    }
)
_NEEDED_PREFIX = "x-amz-"
"""Part of the signature for AWS."""


def outgoing(headers: "httpx.Headers", asked: Collection[str]) -> "httpx.Headers":
    """Return the part of `headers` that leaves.

    Args:
        headers: the headers of a request as LiteLLM made it, and those that the user added.
        asked: the names of the latter.
    """
    import httpx

    kept = {name.lower() for name in asked} | _NEEDED
    left = [
        (name, value)
        for name, value in headers.raw
        if (key := name.decode("ascii").lower()) in kept or key.startswith(_NEEDED_PREFIX)
    ]
    if "user-agent" not in kept:
        left.append((b"User-Agent", f"hello-llm/{hello_llm.__version__}".encode()))
    return httpx.Headers(left)


def without_field(body: bytes, path: Sequence[str]) -> bytes:
    """Return the JSON `body` without the field at `path`, and without objects it leaves empty."""
    if not path:
        return body
    document = json.loads(body)
    objects = [document]
    for name in path[:-1]:
        objects.append(objects[-1].get(name, {}))
    if path[-1] not in objects[-1]:
        return body
    for above, name in zip(reversed(objects), reversed(path), strict=True):
        if name == path[-1] or not above[name]:
            del above[name]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
