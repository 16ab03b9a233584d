"""Reads each answer before LiteLLM does, since LiteLLM misses how some answers end or fail.

Answers are rewritten for LiteLLM: however the server splits, comments, marks, shapes or ends an
answer, LiteLLM sees the plainest form of the vendor's protocol.
"""

import json
import time
from collections.abc import Callable, Iterator
from enum import Enum, auto

from hello_llm.providers.http.answer import Answer
from hello_llm.providers.http.error_bodies.envelope import is_error, is_of_reply, text_beside
from hello_llm.providers.http.json_values import Value, values_in
from hello_llm.providers.http.protocols.endings import Ending
from hello_llm.providers.http.protocols.piece import Json, Piece, UnreadableAnswerError

LARGEST_ANSWER = 64 * 2**20
"""The maximum size of an answer in bytes; 100,000 streamed tokens take less than half of it."""

LONGEST_LULL_S = 10.0
"""Seconds to keep waiting after a finish reason, since more of the reply may still arrive."""

_LAST_WORDS_S = 0.5
"""Seconds to keep waiting after the whole reply, including its counts, has arrived."""

_SHORTEST_WAIT_S = 0.001

_SIGNS_OF_LIFE = (
    "keepalive",
    "ping",
    "response.created",
    "response.in_progress",
    "response.queued",
)
"""Types of keep-alive frames; not a set, since the type that a server sends may be a list."""

_LONGEST_REFUSAL = 64 * 2**10
"""How many bytes to keep of a body that is not a reply."""


class Framing(Enum):
    """How a body is framed for LiteLLM."""

    OPAQUE = auto()
    """Passed on unchanged: it is not a reply, or not one that can be read here."""
    WHOLE = auto()
    """One JSON document."""
    EVENTS = auto()
    """Server-sent events."""
    LINES = auto()
    """A JSON object on each line."""


class ErrorInAnswerError(Exception):
    """The server sent an error where an answer was expected; `said` is its JSON."""

    def __init__(self, said: object) -> None:
        """Store `said`, the JSON that the server sent."""
        super().__init__("the server sent an error in place of an answer")
        self.said = said


class ResponseTap:
    """Watches the bytes of one answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start before any bytes arrive; `clock` returns seconds and never goes backwards."""
        self.answer = Answer("", by_lines=False)
        """The answer as far as it has arrived."""
        self.pieces = 0
        """How many frames have arrived, not counting those that only keep the connection alive."""
        self.opaque = b""
        """The beginning of the body; empty once a piece of a reply has been found in it."""
        self.problem: UnreadableAnswerError | ErrorInAnswerError | None = None
        """Why reading was abandoned, however LiteLLM reports it."""
        self.waited_in_vain = False
        """Whether nothing followed the finish reason, not even a mark of the end."""
        self._clock = clock
        self._last_piece_at = 0.0
        self.size = 0
        """How many bytes of the body have arrived."""

    @property
    def wait_s(self) -> float | None:
        """Seconds to wait for more of a complete reply; ``None`` while it is not complete.

        Some servers send a finish reason with each piece, some never close the connection after a
        complete reply, and some count its tokens only then.
        """
        if not self.answer.complete:
            return None
        if self.answer.ended or self.answer.counted:
            return _LAST_WORDS_S
        return max(_SHORTEST_WAIT_S, self._last_piece_at + LONGEST_LULL_S - self._clock())

    @property
    def complete(self) -> bool:
        """Whether the server has said, one way or another, that the reply is complete."""
        return self.answer.complete

    @property
    def filtered(self) -> bool:
        """Whether the server said that a filter, or the model itself, stopped the reply."""
        return self.answer.ending is Ending.FILTERED

    def watch(
        self, chunks: Iterator[bytes], framing: Framing, vendor: str = "openai"
    ) -> Iterator[bytes]:
        """Yield the cleaned-up frames that LiteLLM reads, from a body that arrives in `chunks`.

        Args:
            chunks: the body.
            framing: how LiteLLM expects the body to be framed.
            vendor: the vendor whose protocol LiteLLM expects.

        Raises:
            UnreadableAnswerError: the body is too large, or something in it cannot be read.
            ErrorInAnswerError: the body contains an error.
        """
        self.answer = Answer(vendor, by_lines=framing is Framing.LINES)
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
                yield self._whole(chunks)
            case _:
                yield from self._streamed(chunks, by_lines=framing is Framing.LINES)

    def _arriving(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield `chunks`; once the reply is complete, ignore how the connection ends."""
        import httpx

        try:
            for chunk in chunks:
                yield chunk
                # Keep-alive frames do not prolong the wait.
                if self.wait_s == _SHORTEST_WAIT_S:
                    self.waited_in_vain = True
                    return
        except httpx.RequestError as error:
            if not self.complete:
                raise
            late = isinstance(error, httpx.TimeoutException) and not self.answer.counted
            self.waited_in_vain = self.waited_in_vain or late

    def _measured(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in self._arriving(chunks):
            self.size += len(chunk)
            if self.size > LARGEST_ANSWER:
                raise UnreadableAnswerError(f"more than {LARGEST_ANSWER // 2**20} MiB")
            if not self.pieces:
                self.opaque += chunk[: _LONGEST_REFUSAL - len(self.opaque)]
            yield chunk

    def _whole(self, chunks: Iterator[bytes]) -> bytes:
        """Return the reply as one JSON document; return anything else unchanged."""
        body: list[bytes] = []
        total = Piece()
        pieces = self._pieces(_kept(chunks, body), by_lines=False, streamed=False)
        for piece in filter(None, pieces):
            total.add(piece)
            total.unread = total.unread or piece.unread
        protocol = self.answer.protocol
        if protocol is None:
            return b"".join(body)
        end = self.answer.end
        total.calls, total.usage = end.calls, end.usage
        return json.dumps(protocol.whole(total)).encode()

    def _streamed(self, chunks: Iterator[bytes], *, by_lines: bool) -> Iterator[bytes]:
        for piece in _merged(self._pieces(chunks, by_lines=by_lines, streamed=True)):
            protocol = self.answer.protocol
            if protocol is not None and (piece.has_output or piece.unread is not None):
                yield from map(self._framed, protocol.frames(piece))
        protocol = self.answer.protocol
        if protocol is None:
            return
        if self.complete:
            yield from map(self._framed, protocol.closing(self.answer.end))
        if self.answer.ended and not protocol.by_lines:
            yield b"data: [DONE]\n\n"

    def _pieces(
        self, chunks: Iterator[bytes], *, by_lines: bool, streamed: bool
    ) -> Iterator[Piece | None]:
        for value in values_in(chunks, by_lines=by_lines, streamed=streamed):
            if value is None:
                yield None
                continue
            try:
                yield self._taken(value)
            except ErrorInAnswerError as error:
                if streamed and text_beside(error.said):
                    yield self.answer.take(value)
                raise
            if self.answer.ended:
                break
        yield self.answer.rest()

    def _taken(self, value: Value) -> Piece:
        if value.json is not None:
            if is_error(value.json, value.event):
                raise ErrorInAnswerError(value.json)
            self.pieces += value.json.get("type") not in _SIGNS_OF_LIFE
        piece = self.answer.take(value)
        if value.json is not None and is_of_reply(value.json):
            self.opaque = b""
        if piece.has_output or piece.reason or piece.usage:
            self._last_piece_at = self._clock()
        return piece

    def _framed(self, value: Json) -> bytes:
        data = json.dumps(value).encode()
        protocol = self.answer.protocol
        # The name of an event adds nothing to its data.
        by_lines = protocol is not None and protocol.by_lines
        return data + b"\n" if by_lines else b"data: " + data + b"\n\n"


def _merged(pieces: Iterator[Piece | None]) -> Iterator[Piece]:
    """Yield `pieces`, with adjacent pieces of text joined if they arrived together.

    LiteLLM takes far longer for a frame than for the text in it. ``None`` says that the next piece
    has not arrived yet, so nothing is held back until then.
    """
    held: list[Piece] = []
    try:
        for piece in pieces:
            if piece is not None and piece.is_text:
                held.append(piece)
                continue
            yield from _joined(held)
            held = []
            if piece is not None:
                yield piece
    except (UnreadableAnswerError, ErrorInAnswerError):
        yield from _joined(held)
        raise
    yield from _joined(held)


def _joined(texts: list[Piece]) -> Iterator[Piece]:
    if texts:
        yield Piece(text="".join(piece.text for piece in texts))


def _kept(chunks: Iterator[bytes], body: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        body.append(chunk)
        yield chunk
