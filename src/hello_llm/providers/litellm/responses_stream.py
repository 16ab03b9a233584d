"""Reads a reply by the Responses API where the tap has made one of Chat Completions of it."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from hello_llm.providers.litellm.connection import Connection
from hello_llm.providers.litellm.unstreamed import as_frames

_DATA = "data: {"


class ChatStream:
    """The stream of one call, in LiteLLM's own chunks and with what is read of LiteLLM's streams."""

    def __init__(self, litellm: ModuleType, connection: Connection) -> None:
        """Read the answer that `connection` has got."""
        self.received_finish_reason: str | None = None
        self.intermittent_finish_reason: str | None = None
        self.chunks: list[Any] = []
        """The chunks that count tokens."""
        self._litellm = litellm
        self._connection = connection

    def __iter__(self) -> Iterator[Any]:
        for value in self._values():
            chunk = self._litellm.ModelResponseStream(**value)
            if value["choices"]:
                finish = value["choices"][0].get("finish_reason")
                self.received_finish_reason = finish or self.received_finish_reason
            if value.get("usage"):
                self.chunks.append(chunk)
            yield chunk

    def _values(self) -> Iterator[dict[str, Any]]:
        if self._connection.tap.document:
            yield from as_frames(self._connection.tap.document)
        elif self._connection.response is not None:
            for line in self._connection.response.iter_lines():
                if line.startswith(_DATA):
                    yield json.loads(line.removeprefix("data: "))


def whole_chat(litellm: ModuleType, connection: Connection) -> Any:  # noqa: ANN401 - LiteLLM's ModelResponse
    """Return the whole reply that `connection` has got."""
    return litellm.ModelResponse(**connection.tap.document)
