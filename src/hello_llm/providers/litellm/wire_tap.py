"""Reads an answer along with LiteLLM, which overlooks how some of them end or fail.

What LiteLLM is given of a stream are clean frames: whatever the server split, commented, marked
or ended in its own way, each frame reaches it as one line of ASCII, and nothing after the end.
"""

import json
from collections.abc import Callable, Iterator
from enum import Enum, auto
from itertools import chain
from typing import Any

from hello_llm.providers.litellm.error_envelope import is_error, is_of_reply
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

_LONGEST_REFUSAL = 64 * 2**10
"""Bytes that are kept of a body that is no answer."""

_REASON_KEYS = ("finish_reason", "finishReason", "stop_reason", "done_reason")
"""The keys under which the vendors say why a reply ended."""

_CHOICE_KEYS = ("choices", "candidates", "results")
"""The keys under which a reply may have alternatives; the first one counts."""

_USAGE_KEYS = ("usage", "usageMetadata")
"""The keys under which the vendors count tokens, at the latest when all text has come."""

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

    def __init__(self, said: Any) -> None:  # noqa: ANN401 - whatever JSON the server sent
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
        self.opaque = b""
        """How the body began, until a piece of an answer was found in it."""
        self.problem: UnreadableAnswerError | ErrorInAnswerError | None = None
        """Why reading was given up, however LiteLLM dresses it up."""
        self._size = 0
        self._counted = False

    @property
    def patience_s(self) -> float | None:
        """Seconds to wait for what may still come; ``None`` while the reply is not complete.

        Not every server closes a complete reply, and some only then count its tokens.
        """
        if not self.complete:
            return None
        return 0.5 if self._counted else 2.0

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

    def _arriving(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield `chunks`; how the connection ends does not matter once the reply is complete."""
        import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

        try:
            yield from chunks
        except httpx.RequestError:
            if not self.complete:
                raise

    def _measured(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in self._arriving(chunks):
            self._size += len(chunk)
            if self._size > LARGEST_ANSWER:
                raise UnreadableAnswerError(f"more than {LARGEST_ANSWER // 2**20} MiB")
            if not self.pieces:
                self.opaque += chunk[: _LONGEST_REFUSAL - len(self.opaque)]
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
        head = b""
        for chunk in chunks:
            head = (head + chunk).lstrip().removeprefix(BYTE_ORDER_MARK).lstrip()
            if not BYTE_ORDER_MARK.startswith(head):
                break
        chunks = chain([head], chunks)
        if head.startswith(b"{"):
            value = _parsed(b"".join(self._whole(chunks)))
            frames = () if value is None else as_frames(value)
            yield from (_as_event(json.dumps(one).encode()) for one in frames)
        else:
            yield from self._framed(chunks, EventReader(), _as_event)

    def _framed(
        self, chunks: Iterator[bytes], reader: FrameReader, framed: Callable[[bytes], bytes]
    ) -> Iterator[bytes]:
        for chunk in chunks:
            for frame in reader.feed(chunk):
                yield framed(self._checked(frame))
                if self.ended:
                    return
        for frame in reader.close():
            if frame.data == b"[DONE]" or _parsed(frame.data) is not None:
                yield framed(self._checked(frame))

    def _checked(self, frame: Frame) -> bytes:
        """Return what `frame` holds in ASCII, having read it."""
        if frame.data == b"[DONE]":
            self.ended = True
            return frame.data
        value = _parsed(frame.data)
        if value is None:
            raise UnreadableAnswerError("something that is no JSON object")
        self._observe(value, frame.event)
        return json.dumps(value).encode()

    def _observe(self, value: dict[str, Any], event: bytes) -> None:
        if is_error(value, event):
            raise ErrorInAnswerError(value)
        self.pieces += value.get("type") != "ping"
        if is_of_reply(value):
            self.opaque = b""
        self.reasons += _reasons(value)
        self.refusal += "".join(_refusals(value))
        self._counted = self._counted or any(value.get(key) for key in _USAGE_KEYS)
        self.ended = self.ended or value.get("type") == "message_stop" or value.get("done") is True


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _reasons(value: dict[str, Any]) -> Iterator[str]:
    """Yield what `value` gives as reasons for its end, where the vendors do so.

    What a model wrote may hold the same words, as in the arguments of a tool call.
    """
    alternatives = (value.get(key) for key in _CHOICE_KEYS)
    places = [value, value.get("delta"), *chain.from_iterable(map(_first, alternatives))]
    for place in places:
        if isinstance(place, dict):
            reasons = (place.get(key) for key in _REASON_KEYS)
            yield from (reason for reason in reasons if reason and isinstance(reason, str))
    feedback = value.get("promptFeedback")
    if isinstance(feedback, dict) and feedback.get("blockReason"):
        yield "content_filter"


def _first(alternatives: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON the server sent
    """Return the first of `alternatives`, if it is among them: in a stream another may come."""
    if not isinstance(alternatives, list):
        return []
    return [one for one in alternatives if isinstance(one, dict) and not one.get("index")]


def _refusals(value: dict[str, Any]) -> Iterator[str]:
    """Yield what OpenAI's models say when they decline."""
    for choice in _first(value.get("choices")):
        message = choice.get("delta") or choice.get("message")
        refusal = message.get("refusal") if isinstance(message, dict) else None
        if isinstance(refusal, str):
            yield refusal


def _as_event(data: bytes) -> bytes:
    # The name of an event says nothing that its data does not.
    return b"data: " + data + b"\n\n"


def _as_line(data: bytes) -> bytes:
    return data + b"\n"
