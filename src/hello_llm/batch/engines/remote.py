"""A provider whose calls are made on other machines; all else about a call stays in this process.

::

    Turn ── RemoteProvider ── Submit ┄┄ cluster ┄┄ run_row ── provider ── server
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from hello_llm.batch.engines.row import CallRow, answer_from_json
from hello_llm.contract import (
    ChatRequest,
    EventStream,
    ExitCode,
    Finished,
    HelloLLMError,
    LLMReply,
    Phase,
    Started,
    StreamEvent,
    UnreachableError,
)
from hello_llm.engine.pace import LostCallError
from hello_llm.settings.fields import Settings

_MOST_LOSSES = 10
"""Lost machines in a row after which the call itself may be what breaks them."""


class RemoteCall(Protocol):
    """A call that another machine is making."""

    def wait(self, seconds: float) -> Mapping[str, Any] | None:
        """Wait up to `seconds` for the end of the call; return what ``run_row`` has returned.

        Raises:
            LostCallError: the machine that was making it is lost.
            HelloLLMError: the call cannot be made there.
        """
        ...

    def cancel(self) -> None:
        """Give the call up: nobody waits for its answer any more."""
        ...


class Cluster(Protocol):
    """Machines that make calls; safe from any thread."""

    @property
    def keys(self) -> str:
        """Where the keys have to be, as the hint for a missing one."""
        ...

    @property
    def step_s(self) -> float:
        """Polling interval in seconds while an answer is awaited; a closed call ends within it."""
        ...

    def submit(self, row: Mapping[str, Any]) -> RemoteCall:
        """Have a machine run ``run_row(row)``, and return at once.

        Raises:
            HelloLLMError: the cluster takes no calls.
        """
        ...


class RemoteProvider:
    """Has a cluster make each call, once; all that concerns several attempts is left to others."""

    def __init__(self, settings: Settings, cluster: Cluster) -> None:
        """Make calls under `settings` on the machines of `cluster`."""
        self._settings = settings
        self._cluster = cluster
        self._closing = threading.Event()
        self._losses = 0

    @property
    def name(self) -> str:
        """The name of the provider that the other machine asks."""
        return self._settings.provider

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`.

        Raises:
            LostCallError: the machine that was making the call is lost.
        """
        return self._ask(ChatRequest.coerce(request), self._closing, stream=False)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Ask the server for a streamed reply, which comes here as a whole."""
        closing = threading.Event()
        events = self._events(ChatRequest.coerce(request), closing)
        # The other machine knows when the request was sent, and keeps the deadlines from then on.
        return EventStream(events, closing.set, sent=lambda: False, phase=lambda: Phase.ANSWER)

    def close(self) -> None:
        """Abort all whole calls in progress, from any thread; the provider remains usable."""
        closing, self._closing = self._closing, threading.Event()
        closing.set()

    def _events(self, request: ChatRequest, closing: threading.Event) -> Iterator[StreamEvent]:
        yield Started(self.name, request.model or self.name)
        yield Finished(self._ask(request, closing, stream=True))

    def _ask(self, request: ChatRequest, closing: threading.Event, *, stream: bool) -> LLMReply:
        call = self._cluster.submit(CallRow(self._settings, request, stream).to_json())
        try:
            answer = answer_from_json(self._awaited(call, closing))
        except LostCallError as error:
            self._losses += 1
            if self._losses < _MOST_LOSSES:
                raise
            raise UnreachableError(
                f"{self._losses} machines in a row were lost while they made a call",
                error.hint,
                transient=True,
            ) from error
        self._losses = 0
        if isinstance(answer, LLMReply):
            return answer
        raise self._explained(answer)

    def _awaited(self, call: RemoteCall, closing: threading.Event) -> Mapping[str, Any]:
        answer = None
        try:
            while answer is None:
                if closing.is_set():
                    raise UnreachableError("the call was stopped")
                answer = call.wait(self._cluster.step_s)
        finally:
            if answer is None:
                call.cancel()
        return answer

    def _explained(self, error: HelloLLMError) -> HelloLLMError:
        """Return `error`, which says where to put the key if none was found there."""
        if error.exit_code is ExitCode.AUTH and error.status is None:
            error.message = f"where the calls are made, {error.message}"
            error.hint = self._cluster.keys
        return error
