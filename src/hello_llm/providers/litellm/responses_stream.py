"""Reads the stream of a reply by the Responses API, which the tap gives on as Chat Completions."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from hello_llm.providers.litellm.connection import Connection

_DATA = "data: "


class ChunkStream:
    """LiteLLM's chunks of one stream, without LiteLLM's reader of it.

    That one would start an event loop for each event, and lose some of what they hold.
    """

    def __init__(self, litellm: ModuleType, connection: Connection) -> None:
        """Read the answer that `connection` has got."""
        self.received_finish_reason: str | None = None
        self.intermittent_finish_reason: str | None = None
        self.chunks: list[Any] = []
        """The chunks that count tokens."""
        self._chunk = litellm.ModelResponseStream
        self._connection = connection

    def __iter__(self) -> Iterator[Any]:
        response = self._connection.response
        for line in () if response is None else response.iter_lines():
            if line.startswith(_DATA + "{"):
                value = json.loads(line.removeprefix(_DATA))
                chunk = self._chunk(**value)
                for choice in value["choices"]:
                    reason = choice["finish_reason"]
                    self.received_finish_reason = reason or self.received_finish_reason
                if "usage" in value:
                    self.chunks.append(chunk)
                yield chunk
