"""Answers requests from a recording only."""

import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal

from hello_llm.contract import (
    BrokenReplyError,
    ChatRequest,
    EventStream,
    Finished,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    ReplyBuilder,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.recording.document import request_hash
from hello_llm.recording.exchange import Exchange, Piece, Timed
from hello_llm.recording.file import read_recording
from hello_llm.recording.nearest import not_recorded
from hello_llm.recording.redaction import Redact, redacted_request

ReplayTiming = Literal["none", "recorded"]


class Recording:
    """The exchanges of a recording file, handed out in order; safe from any thread."""

    def __init__(self, path: Path, redact: Redact = str) -> None:
        """Read the recording at `path`.

        Args:
            path: the file.
            redact: the function that removed the secrets from its requests.

        Raises:
            UsageError: the file cannot be read, contains no exchange, or has an invalid line.
        """
        self._path = path
        self._redact = redact
        self._exchanges = read_recording(path)
        self._waiting: dict[str, list[Exchange]] = {}
        for exchange in self._exchanges:
            self._waiting.setdefault(request_hash(exchange.request), []).append(exchange)
        self._lock = threading.Lock()

    @property
    def provider(self) -> str:
        """The provider of the first exchange."""
        return self._exchanges[0].provider

    def take(self, request: ChatRequest) -> Exchange:
        """Return the next exchange for `request`; the last one is repeated indefinitely.

        Raises:
            UsageError: the request is not in the recording; the message names the differences.
        """
        asked = redacted_request(request, self._redact)
        with self._lock:
            waiting = self._waiting.get(request_hash(asked))
            if waiting is None:
                raise not_recorded(asked, self._exchanges, self._path)
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class Replayer:
    """A provider that answers from a recording, one call at a time."""

    def __init__(self, recording: Recording, timing: ReplayTiming = "none") -> None:
        """Answer from `recording`, which several replayers can share.

        Args:
            recording: the exchanges.
            timing: whether each piece arrives with its recorded timing, or immediately.
        """
        self._recording = recording
        self._timed = timing == "recorded"
        self._closed = threading.Event()
        self._delay_s = 0.0

    @property
    def name(self) -> str:
        """The name of the recorded provider, so that replays are identical to the byte."""
        return self._recording.provider

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`.

        Raises:
            UsageError: the request is not in the recording; the message names the differences.
        """
        self._closed = closed = threading.Event()
        exchange = self._take(ChatRequest.coerce(request))
        self._wait(exchange.ended_ms, 0.0, closed)
        return _reply(exchange)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply as it was recorded; one recorded as a whole comes all at once.

        Raises:
            UsageError: from the iterator, as for :meth:`chat`.
        """
        closed, served = threading.Event(), list[str]()
        events = self._events(ChatRequest.coerce(request), closed, served)
        return EventStream(events, closed.set, served=lambda: served)

    def close(self) -> None:
        """Stop the waiting of a call in progress."""
        self._closed.set()

    def drawn(self, _low: float, _high: float) -> float:
        """Return the delay recorded after the latest exchange, in seconds, not a random one."""
        return self._delay_s

    def _events(
        self, request: ChatRequest, closed: threading.Event, served: list[str]
    ) -> Generator[StreamEvent]:
        exchange = self._take(request)
        at_ms = 0.0
        for timed in _pieces(exchange):
            self._wait(timed.at_ms, at_ms, closed)
            at_ms = timed.at_ms
            if not (served or isinstance(timed.piece, Started)):
                served += _served(exchange)
            yield timed.piece
        self._wait(exchange.ended_ms, at_ms, closed)
        yield Finished(_reply(exchange))

    def _take(self, request: ChatRequest) -> Exchange:
        exchange = self._recording.take(request)
        self._delay_s = exchange.delay_s or 0.0
        return exchange

    def _wait(self, until_ms: float, since_ms: float, closed: threading.Event) -> None:
        if self._timed:
            closed.wait(max(0.0, until_ms - since_ms) / 1000)


def _reply(exchange: Exchange) -> LLMReply:
    """Return the reply of `exchange`, or raise the error that it ended with."""
    if exchange.reply is not None:
        return exchange.reply
    raise exchange.trouble.error() if exchange.trouble else _dropped(exchange)


def _served(exchange: Exchange) -> Iterator[str]:
    """Yield the models that the server named; if the call failed, only that of its beginning."""
    partial = None if exchange.trouble is None else exchange.trouble.partial
    first = exchange.reply or partial
    if first is not None and first.model_served is not None:
        yield first.model_served
    if exchange.reply is not None:
        yield from exchange.reply.also_served


def _dropped(exchange: Exchange) -> HelloLLMError:
    builder = ReplyBuilder(exchange.provider, exchange.request.model or exchange.provider)
    for timed in exchange.pieces:
        builder.add(timed.piece)
    return BrokenReplyError(
        "the recording ends here: its call was stopped before the end",
        "record the whole call again",
        partial=builder.partial(),
    )


def _pieces(exchange: Exchange) -> tuple[Timed, ...]:
    """Return the events of `exchange` before its end, always including the start."""
    pieces = exchange.pieces
    if not exchange.stream and exchange.reply is not None:
        pieces = _whole(exchange.reply, exchange.ended_ms)
    if pieces and isinstance(pieces[0].piece, Started):
        return pieces
    model = exchange.request.model or exchange.provider
    return (Timed(0.0, Started(exchange.provider, model)), *pieces)


def _whole(reply: LLMReply, at_ms: float) -> tuple[Timed, ...]:
    pieces: list[Piece] = [] if reply.reasoning is None else [ReasoningDelta(reply.reasoning)]
    pieces += [TextDelta(reply.text)] if reply.text else []
    pieces += [
        ToolCallDelta(index, call.id, call.name, call.arguments)
        for index, call in enumerate(reply.tool_calls)
    ]
    return tuple(Timed(at_ms, piece) for piece in pieces)
