"""Reads a streamed Responses API reply, which the tap translates into Chat Completions."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hello_llm.providers.http.client.connection import Connection
from hello_llm.providers.http.protocols.piece import Json
from hello_llm.providers.http.protocols.responses import ResponsesReplies
from hello_llm.providers.http.protocols.tool_calls import CallCounter

if TYPE_CHECKING:
    import httpx

_DATA = "data: "


class ChunkStream:
    """The chunks of one stream, in LiteLLM's type but not read by LiteLLM.

    LiteLLM's own reader would start an event loop for each event, and lose some of their content.
    """

    def __init__(self, litellm: ModuleType, connection: Connection) -> None:
        """Read the answer that `connection` received."""
        self.received_finish_reason: str | None = None
        self.intermittent_finish_reason: str | None = None
        self.chunks: list[Any] = []
        """The chunks with token counts."""
        self._chunk = litellm.ModelResponseStream
        self._connection = connection

    def __iter__(self) -> Iterator[Any]:
        response = self._connection.response
        if response is None:
            return
        for value in _streamed(response) if self._connection.streams else _in_one_piece(response):
            chunk = self._chunk(**value)
            for choice in value["choices"]:
                reason = choice["finish_reason"]
                self.received_finish_reason = reason or self.received_finish_reason
            if "usage" in value:
                self.chunks.append(chunk)
            yield chunk


def _streamed(response: "httpx.Response") -> Iterator[Json]:
    for line in response.iter_lines():
        if line.startswith(_DATA + "{"):
            yield json.loads(line.removeprefix(_DATA))


def _in_one_piece(response: "httpx.Response") -> Iterator[Json]:
    """Yield the chunks of an unstreamed reply; LiteLLM's own would repeat the tool calls."""
    protocol = ResponsesReplies()
    piece = protocol.read(response.json(), whole=True)
    if piece is not None:
        piece.calls = CallCounter().count(piece.calls)
        yield from protocol.frames(piece)
        yield from protocol.closing(piece)
