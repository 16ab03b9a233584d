"""``WS /v1/events``: each question is a message, and its answer the events of events/1."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from hello_llm.contract import Finished, HelloLLMError, InterruptError, RequestError
from hello_llm.rendering.json.document import Progress, Redact, document, json_line
from hello_llm.rendering.json.ndjson import EventLines
from hello_llm.serve.access import SUBPROTOCOL
from hello_llm.serve.call import Call, Item, cancelled, client_left
from hello_llm.serve.calls import Service
from hello_llm.serve.exchange import Message, Receive, Scope, Send, read_object, too_long
from hello_llm.serve.problem import Problem, ProblemError
from hello_llm.serve.served_models import Asked

_IDLE_S = 60.0
_TIMEOUT, _ONE_AT_A_TIME = 3008, 4409
"""Why a connection is closed; daphne sends no codes from 1001 to 2999."""
_CANCEL = {"cancel": True}


class Events:
    """Answers questions over a WebSocket, one after the other."""

    def __init__(self, service: Service) -> None:
        """Answer with `service`."""
        self._service = service
        self._redact = service.redact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Accept the connection, and answer until the client leaves or asks nothing any more."""
        await receive()  # that it wants to connect
        spoken = SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None
        await send({"type": "websocket.accept", "subprotocol": spoken})
        while True:
            try:
                async with asyncio.timeout(_IDLE_S):
                    message = await receive()
            except TimeoutError:
                await _close(send, _TIMEOUT, f"nothing was asked for {_IDLE_S:g} s")
                return
            if message["type"] == "websocket.disconnect":
                return
            try:
                body = self._read(message)
                if body != _CANCEL:  # what it was for has ended meanwhile
                    await self._answer(
                        self._service.models.read({**body, "stream": True}), receive, send
                    )
            except ProblemError as error:
                await self._say(send, _refused(error.problem, self._redact))

    def _read(self, message: Message) -> dict[str, Any]:
        text = message.get("text")
        if text is None:
            text = "a message is to be text, and this one is binary"
            raise ProblemError(Problem(400, text, code="invalid_json"))
        if len(text) > self._service.settings.max_body:
            raise ProblemError(too_long(self._service.settings.max_body))
        return read_object(text)

    async def _answer(self, asked: Asked, receive: Receive, send: Send) -> None:
        """Answer one question.

        Raises:
            ProblemError: it is refused.
        """
        call = self._service.calls.start(asked)
        listening = asyncio.ensure_future(self._listen(call, receive, send))
        first = asked.settings[0]
        progress = Progress(first.provider, first.model)
        lines = EventLines(progress, self._redact)
        try:
            while True:
                items = await call.take()
                for item in items:
                    await self._say(send, _lines(item, lines, progress, self._redact))
                if isinstance(items[-1], Finished | HelloLLMError):
                    return
        finally:
            call.cancel(client_left())
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _listen(self, call: Call, receive: Receive, send: Send) -> None:
        """Cancel `call` once its client asks for that, leaves, or asks something else."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                call.cancel(client_left())
                return
            with suppress(ProblemError):
                if self._read(message) == _CANCEL:
                    call.cancel(cancelled())
                    continue
            call.cancel(InterruptError("the client asked something else meanwhile"))
            await _close(send, _ONE_AT_A_TIME, "one question at a time: cancel, or wait")
            return

    async def _say(self, send: Send, lines: Iterable[dict[str, Any]]) -> None:
        """Send each of `lines` as a message.

        Raises:
            OSError: the client has left, or reads too slowly.
        """
        for line in lines:
            text = json_line(line).decode().rstrip("\n")
            async with asyncio.timeout(self._service.settings.read_timeout_s):
                await send({"type": "websocket.send", "text": text})


def _lines(
    item: Item, lines: EventLines, progress: Progress, redact: Redact
) -> Iterator[dict[str, Any]]:
    if isinstance(item, HelloLLMError):
        return lines.of_failure(progress.failure(item, redact))
    return lines.of(item)


def _refused(problem: Problem, redact: Redact) -> Iterator[dict[str, Any]]:
    error = RequestError(problem.message, problem.hint, status=problem.status)
    found = document(None, error, problem.exit_code, redact=redact)
    return EventLines(Progress(None, None), redact).of_failure(found)


async def _close(send: Send, code: int, reason: str) -> None:
    await send({"type": "websocket.close", "code": code, "reason": reason})
