"""A provider that delegates to another one and records the exchanges."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from typing import Self

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    HelloLLMError,
    LLMProvider,
    LLMReply,
    Retrying,
    Started,
    StreamEvent,
)
from hello_llm.recording.exchange import Exchange, Outcome, RecordedError, Timed, text_of
from hello_llm.recording.file import RecordingFile
from hello_llm.recording.redaction import Redact, redacted

_Clock = Callable[[], float]


class Recorder:
    """Delegates to `provider` and records each exchange without secrets; one call at a time.

    A failed or dropped exchange is held back until :meth:`explain` supplies the reason and the
    delay that follows, or at the latest until the next exchange or the end of the block.
    """

    def __init__(
        self,
        provider: LLMProvider,
        file: RecordingFile,
        redact: Redact,
        clock: _Clock = time.monotonic,
    ) -> None:
        """Record the exchanges with `provider`.

        Args:
            provider: the provider that answers.
            file: the file to add exchanges to.
            redact: removes secrets from a text.
            clock: returns seconds and never goes back.
        """
        self._provider = provider
        self._file = file
        self._redact = redact
        self._clock = clock
        self._lock = threading.Lock()
        self._open: _Call | None = None
        self._held: Exchange | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._drop()
        self._release()

    @property
    def name(self) -> str:
        """The name of the provider that answers."""
        return self._provider.name

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`.

        Raises:
            OutputError: the exchange cannot be recorded; ``partial`` is the reply.
        """
        call = self._begin(ChatRequest.coerce(request), stream=False)
        try:
            reply = self._provider.chat(call.request)
        except BaseException as error:
            self._fail(call, error)
            raise
        self._complete(call, reply)
        return reply

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply; the stream's properties are those of the provider's own stream.

        Raises:
            OutputError: from the iterator, as for :meth:`chat`.
        """
        chat = ChatRequest.coerce(request)
        events = self._provider.stream_chat(chat)

        def abort() -> None:
            self._drop()
            events.close()

        return EventStream.relay(self._passing(chat, events), lambda: events, abort)

    def close(self) -> None:
        """Cut off all calls in progress, from any thread; the provider can be used again."""
        self._drop()
        self._provider.close()

    def explain(self, error: HelloLLMError, delay_s: float | None = None) -> None:
        """Add the reason to the exchange that is held back, if any, and write it to the file.

        Args:
            error: the error of the attempt, which may be its caller's deadline.
            delay_s: seconds until the next attempt, if there is one.

        Raises:
            OutputError: the exchange cannot be recorded.
        """
        held = self._held
        if held is None:
            return
        trouble = held.trouble or RecordedError.of(error)
        trouble = replace(trouble, partial=trouble.partial or error.partial)
        pieces = _accepted(held.pieces, error.partial) if held.outcome == "cut" else held.pieces
        self._held = replace(
            held, pieces=pieces, outcome="failed", trouble=trouble, delay_s=delay_s
        )
        self._release()

    def _passing(self, request: ChatRequest, events: EventStream) -> Generator[StreamEvent]:
        call = self._begin(request, stream=True)
        with closing(events):
            try:
                for event in events:
                    if isinstance(event, Finished):
                        self._complete(call, event.reply)
                    else:
                        call.note(event)
                    yield event
            except BaseException as error:
                self._fail(call, error)
                raise

    def _begin(self, request: ChatRequest, *, stream: bool) -> "_Call":
        self._drop()
        self._release()
        self._open = _Call(self.name, request, self._clock, stream=stream)
        return self._open

    def _complete(self, call: "_Call", reply: LLMReply) -> None:
        with self._lock:  # until it is written: a caller that drops the call closes the file next
            if not self._end(call):
                return
            try:
                self._write(call.exchange("complete", reply=reply))
            except HelloLLMError as error:
                error.partial = reply
                raise

    def _fail(self, call: "_Call", error: BaseException) -> None:
        with self._lock:
            if not self._end(call):
                return
            if isinstance(error, HelloLLMError):
                self._held = call.exchange("failed", trouble=RecordedError.of(error))
            else:
                self._held = call.exchange("cut")

    def _drop(self) -> None:
        """End the call in progress, if any, as one that its caller dropped."""
        with self._lock:
            call = self._open
            if call is not None and self._end(call):
                self._held = call.exchange("cut")

    def _end(self, call: "_Call") -> bool:
        """End `call`, holding the lock; return whether it was in progress: it can end only once."""
        ends, self._open = self._open is call, None if self._open is call else self._open
        return ends

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._write(held)

    def _write(self, exchange: Exchange) -> None:
        self._file.add(redacted(exchange, self._redact))


def _accepted(pieces: tuple[Timed, ...], partial: LLMReply | None) -> tuple[Timed, ...]:
    """Return the `pieces` that make up `partial`: the caller refused those that came after it."""
    if partial is None:
        return pieces
    texts = (partial.text, partial.reasoning or "", *(one.arguments for one in partial.tool_calls))
    accepted = sum(map(len, texts))
    sizes = accumulate(len(text_of(timed.piece)) for timed in pieces)
    return tuple(timed for timed, size in zip(pieces, sizes, strict=True) if size <= accepted)


class _Call:
    """A call in progress."""

    def __init__(self, provider: str, request: ChatRequest, clock: _Clock, *, stream: bool) -> None:
        self.request = request
        self._provider = provider
        self._stream = stream
        self._clock = clock
        self._started = clock()
        self._pieces: list[Timed] = []

    def note(self, event: StreamEvent) -> None:
        """Store `event` with its time, except for retries, which belong to a turn, and the end."""
        if isinstance(event, Started):
            self._started = self._clock()
        if not isinstance(event, Retrying | Finished):
            self._pieces.append(Timed(self._elapsed_ms(), event))

    def exchange(
        self,
        outcome: Outcome,
        *,
        reply: LLMReply | None = None,
        trouble: RecordedError | None = None,
    ) -> Exchange:
        """Build the exchange, which ends now."""
        return Exchange(
            self._provider,
            self._stream,
            self.request,
            tuple(self._pieces),
            outcome,
            self._took_ms(trouble.partial if trouble else reply),
            reply,
            trouble,
        )

    def _took_ms(self, reply: LLMReply | None) -> float:
        """Return the time until now; for a whole reply, the time since its request was sent."""
        latency_ms = None if self._stream or reply is None else reply.usage.latency_ms
        return self._elapsed_ms() if latency_ms is None else float(latency_ms)

    def _elapsed_ms(self) -> float:
        return round((self._clock() - self._started) * 1000, 1)
