"""Reads an answer along with LiteLLM, which overlooks how some of them end or fail.

What LiteLLM is given of a stream are clean frames: whatever the server split, commented, marked
or ended in its own way, each frame reaches it as one line of ASCII, and nothing after the end.
"""

import json
from collections.abc import Callable, Iterator
from enum import Enum, auto
from itertools import chain
from typing import Any

from hello_llm.providers.litellm.frames import (
    BYTE_ORDER_MARK,
    EventReader,
    Frame,
    FrameReader,
    JsonLinesReader,
)
from hello_llm.providers.litellm.unstreamed import as_frames

LARGEST_ANSWER = 64 * 2**20
"""Bytes that an answer may have; 100,000 streamed tokens are less than half of it."""

_REASON_KEYS = ("finish_reason", "finishReason", "stop_reason", "done_reason")
"""The keys under which the vendors say why a reply ended."""

_FILTERED = frozenset(
    {
        "content_filter",
        "refusal",  # Anthropic
        "BLOCKLIST",  # Gemini, as what follows
        "PROHIBITED_CONTENT",
        "RECITATION",
        "SAFETY",
        "SPII",
    }
)
"""Reasons by which a server says that a filter, or the model itself, stopped the reply."""


class Framing(Enum):
    """How the pieces of a body are told apart."""

    OPAQUE = auto()
    """Not at all: it is no reply, or none that can be read here."""
    WHOLE = auto()
    """It is one JSON document."""
    EVENTS = auto()
    """Server-sent events, or one JSON document from a server that does not stream."""
    LINES = auto()
    """A JSON object on each line."""


class UnreadableAnswerError(Exception):
    """The bytes cannot be an answer, whatever LiteLLM would make of them."""


class ErrorInAnswerError(Exception):
    """The server sent an error where an answer was due; `said` is its JSON."""

    def __init__(self, said: dict[str, Any]) -> None:
        """Keep what the server `said`."""
        super().__init__("the server sent an error in place of an answer")
        self.said = said


class WireTap:
    """Watches the bytes of one answer."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.ended = False
        """True once the server's mark of the end was there: nothing follows."""
        self.pieces = 0
        """How many frames have come; those that only keep the connection alive are none."""
        self.reasons: list[str] = []
        """Why the reply ended, in the server's own words."""
        self.document: dict[str, Any] = {}
        """The whole body, where it came as one JSON document."""
        self.refusal = ""
        """What the model said in place of an answer."""
        self.problem: UnreadableAnswerError | ErrorInAnswerError | None = None
        """Why reading was given up, however LiteLLM dresses it up."""
        self._size = 0

    @property
    def complete(self) -> bool:
        """Whether the server said, in one way or another, that the reply is complete."""
        return self.ended or bool(self.reasons)

    @property
    def filtered(self) -> bool:
        """Whether the server said that a filter, or the model itself, stopped the reply."""
        return not _FILTERED.isdisjoint(self.reasons)

    def watch(self, chunks: Iterator[bytes], framing: Framing) -> Iterator[bytes]:
        """Yield what LiteLLM shall read of a body that comes in `chunks`.

        Raises:
            UnreadableAnswerError: the body is too large, or a frame of it is no JSON object.
            ErrorInAnswerError: it holds an error.
        """
        try:
            yield from self._read(self._measured(chunks), framing)
        except (UnreadableAnswerError, ErrorInAnswerError) as problem:
            self.problem = problem
            raise

    def _read(self, chunks: Iterator[bytes], framing: Framing) -> Iterator[bytes]:
        match framing:
            case Framing.OPAQUE:
                yield from chunks
            case Framing.WHOLE:
                yield from self._whole(chunks)
            case Framing.EVENTS:
                yield from self._events(chunks)
            case Framing.LINES:
                yield from self._framed(chunks, JsonLinesReader(), _as_line)

    def _measured(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._size += len(chunk)
            if self._size > LARGEST_ANSWER:
                raise UnreadableAnswerError(f"more than {LARGEST_ANSWER // 2**20} MiB")
            yield chunk

    def _whole(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        body = []
        for chunk in chunks:
            body.append(chunk)
            yield chunk
        value = _parsed(b"".join(body))
        if value is not None:
            self.document = value
            self._observe(value, b"")

    def _events(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        head = start = b""
        for chunk in chunks:
            head += chunk
            start = head.removeprefix(BYTE_ORDER_MARK).lstrip()
            if start:
                break
        chunks = chain([head], chunks)
        if start.startswith(b"{"):
            value = _parsed(b"".join(self._whole(chunks)))
            yield from () if value is None else map(_as_event, as_frames(value))
        else:
            yield from self._framed(chunks, EventReader(), _as_event)

    def _framed(
        self, chunks: Iterator[bytes], reader: FrameReader, framed: Callable[[Frame], bytes]
    ) -> Iterator[bytes]:
        for chunk in chunks:
            for frame in reader.feed(chunk):
                yield framed(self._checked(frame))
                if self.ended:
                    return
        for frame in reader.close():
            if frame.data == b"[DONE]" or _parsed(frame.data) is not None:
                yield framed(self._checked(frame))

    def _checked(self, frame: Frame) -> Frame:
        """Return `frame` in ASCII, having read what it says."""
        if frame.data == b"[DONE]":
            self.ended = True
            return frame
        value = _parsed(frame.data)
        if value is None:
            raise UnreadableAnswerError("something that is no JSON object")
        self._observe(value, frame.event)
        return Frame(json.dumps(value).encode(), frame.event)

    def _observe(self, value: dict[str, Any], event: bytes) -> None:
        if _is_error(value, event):
            raise ErrorInAnswerError(value)
        self.pieces += value.get("type") != "ping"
        self.reasons += _reasons(value)
        self.refusal += "".join(_refusals(value))
        self.ended = self.ended or _is_last(value)


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_error(value: dict[str, Any], event: bytes) -> bool:
    named = event == b"error" or "error" in {value.get("type"), value.get("object")}
    return bool(value.get("error")) or named


def _is_last(value: dict[str, Any]) -> bool:
    if value.get("type") == "message_stop" or value.get("done") is True:
        return True
    # Gemini marks the end of a stream in no other way.
    return "usageMetadata" in value and "candidates" in value and bool(list(_reasons(value)))


def _reasons(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON the server sent
    """Yield what `value` gives as reasons for its end; a second choice has its own."""
    if isinstance(value, dict):
        if value.get("index") and "finish_reason" in value:
            return
        yield from (str(value[key]) for key in _REASON_KEYS if value.get(key))
        if value.get("blockReason"):
            yield "content_filter"
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                yield from _reasons(item)


def _refusals(value: dict[str, Any]) -> Iterator[str]:
    """Yield what OpenAI's models say when they decline."""
    choices = value.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            message = choice.get("delta") or choice.get("message")
            refusal = message.get("refusal") if isinstance(message, dict) else None
            if isinstance(refusal, str):
                yield refusal


def _as_event(frame: Frame) -> bytes:
    name = b"event: " + frame.event + b"\n" if frame.event else b""
    return name + b"data: " + frame.data + b"\n\n"


def _as_line(frame: Frame) -> bytes:
    return frame.data + b"\n"
