"""What a vendor's protocol has to say for itself, so that one server can play them all."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from tests.servers.script import Script


class Dialect(Protocol):
    """One vendor's protocol: pure functions from a script to bytes."""

    @property
    def path(self) -> str:
        """The path of the chat endpoint."""
        ...

    @property
    def stream_type(self) -> str:
        """The content type of a streamed reply."""
        ...

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Headers the vendor sends with every response."""
        ...

    def wants_stream(self, asked: dict[str, Any]) -> bool:
        """Tell whether the request asks for a stream."""
        ...

    def refusal(self, asked: dict[str, Any]) -> Script | None:
        """Return what to play instead where the server cannot serve the request, else None."""
        ...

    def error(self, status: int, message: str) -> bytes:
        """Return the vendor's own error body."""
        ...

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return the reply in one piece."""
        ...

    def frames(self, script: Script, asked: dict[str, Any]) -> Iterator[bytes]:
        """Yield the reply in the frames of a stream."""
        ...


def to_json(value: object) -> bytes:
    """Return `value` as compact JSON in UTF-8, as the vendors write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
