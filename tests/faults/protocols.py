"""The protocols that the faults are served in, and how a request is told to be one's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults.gemini import Gemini
from tests.servers import Anthropic, Dialect, Ollama, OpenAI, Request, Responses


@dataclass(frozen=True, slots=True)
class Protocol:
    """One vendor's protocol, under the prefix of a model."""

    name: str
    """What it is called: the vendor's prefix, such as ``openai``, where `prefix` is not another."""
    dialect: Dialect
    """What the vendor says."""
    base_path: str
    """What ``--api-base`` has behind the port."""
    endpoint: re.Pattern[str]
    """The path of the chat endpoint; a group ``model`` or ``verb`` is read as part of the body."""
    prefix: str = ""
    """The prefix of a model, where it is not the name."""

    def model(self, name: str) -> str:
        """Return the vendor-qualified model of this `name`."""
        return f"{self.prefix or self.name}/{name}"

    def asked(self, request: Request) -> dict[str, Any] | None:
        """Return what a chat request asks for, ``model`` and ``stream`` included, else None."""
        found = self.endpoint.fullmatch(request.path.partition("?")[0])
        if found is None:
            return None
        asked = _json_object(request)
        in_path = found.groupdict()
        if in_path:
            asked |= {"model": in_path["model"], "stream": in_path["verb"].startswith("stream")}
        return asked


def _json_object(request: Request) -> dict[str, Any]:
    try:
        asked = request.json()
    except ValueError:  # typed by hand
        return {}
    return asked if isinstance(asked, dict) else {}


_COMPLETIONS = re.compile(r"(/v1)?/chat/completions")

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol("openai", OpenAI(), "/v1", _COMPLETIONS),
        Protocol("anthropic", Anthropic(), "", re.compile(r"/v1/messages")),
        Protocol("ollama", Ollama(), "", re.compile(r"/api/chat")),
        Protocol(
            "gemini",
            Gemini(),
            "/v1beta",
            re.compile(r"(?:/v1beta)?/models/(?P<model>[^:]+):(?P<verb>\w+)"),
        ),
        Protocol(
            "responses",
            Responses(),
            "/v1",
            re.compile(r"(/v1)?/responses"),
            prefix="openai/responses",
        ),
        Protocol("mistral", OpenAI(headers=()), "/v1", _COMPLETIONS),
    )
}
"""Every protocol, by name. Mistral's dialect is OpenAI's; LiteLLM reaches it by another way."""


def understand(
    request: Request, protocols: Iterable[Protocol]
) -> tuple[Protocol, dict[str, Any]] | None:
    """Return the first of `protocols` whose chat request this is, and what it asks for."""
    for protocol in protocols:
        asked = protocol.asked(request)
        if asked is not None:
            return protocol, asked
    return None
