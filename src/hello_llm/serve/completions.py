"""``POST /v1/chat/completions``: whole answers, and streams of server-sent events."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from hello_llm.contract import (
    Finished,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from hello_llm.rendering.json.document import Redact, document, json_line
from hello_llm.serve.call import Call, Item, client_left
from hello_llm.serve.calls import Service
from hello_llm.serve.exchange import (
    ALWAYS,
    Receive,
    Scope,
    Send,
    json_response,
    read_body,
    read_object,
)
from hello_llm.serve.problem import Problem, ProblemError, problem_of
from hello_llm.serve.served_models import Asked
from hello_llm.text.surrogates import SurrogateJoiner

_SSE = {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}
_OF_THE_REPLY = ("provider", "model", "model_served", "attempts", "request_id", "usage")


class Completions:
    """Answers requests as OpenAI's server does."""

    def __init__(self, service: Service) -> None:
        """Answer with `service`."""
        self._service = service
        self._redact = service.redact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            ProblemError: it is refused.
            ClientDisconnect: the client left before it had sent all of it.
        """
        request = Request(scope, receive)
        _check_type(request)
        body = await read_body(
            request, self._service.settings.max_body, self._service.settings.read_timeout_s
        )
        asked = self._service.models.read(read_object(body))
        call = self._service.calls.start(asked)
        left = asyncio.ensure_future(_until_left(receive))
        left.add_done_callback(lambda _: call.cancel(client_left()))
        try:
            answer = _Answer(asked, self._redact)
            if asked.settings[0].stream:
                await self._stream(call, answer, send)
            else:
                await (await self._whole(call, answer))(scope, receive, send)
        finally:
            left.cancel()  # which ends the call as well, if it has not ended

    async def _whole(self, call: Call, answer: "_Answer") -> Response:
        while True:
            match (await call.take())[-1]:
                case Finished(reply):
                    return json_response(answer.whole(reply), headers=answer.headers)
                case HelloLLMError() as error:
                    raise ProblemError(problem_of(error, self._redact))

    async def _stream(self, call: Call, answer: "_Answer", send: Send) -> None:
        """Send what arrives.

        Raises:
            ProblemError: the call failed before its first piece.
        """
        begun = False
        while True:
            items = await call.take()
            last = items[-1]
            if isinstance(last, HelloLLMError) and not begun and not any(map(_is_piece, items)):
                raise ProblemError(problem_of(last, self._redact))
            frames = b"".join(frame for item in items for frame in answer.frames(item))
            if not frames:
                continue
            if not begun:
                head = Response(headers=ALWAYS | _SSE | answer.headers)
                del head.headers["content-length"]
                start = {"type": "http.response.start", "status": 200, "headers": head.raw_headers}
                await send(start)
                begun = True
            is_last = isinstance(last, Finished | HelloLLMError)
            async with asyncio.timeout(self._service.settings.read_timeout_s):
                await send({"type": "http.response.body", "body": frames, "more_body": not is_last})
            if is_last:
                return


async def _until_left(receive: Receive) -> None:
    """Return when the client of a request that has been read leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Answer:
    """Writes the answer to one request in OpenAI's format."""

    def __init__(self, asked: Asked, redact: Redact) -> None:
        self._asked = asked
        self._redact = redact
        self._text = SurrogateJoiner()
        self._id = f"chatcmpl-{uuid4().hex}"
        self._created = int(time.time())
        self._streamed = False
        self.headers = {"x-request-id": self._id}

    def whole(self, reply: LLMReply) -> dict[str, Any]:
        """Return the body of a whole answer."""
        message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
        if reply.reasoning is not None:
            message["reasoning_content"] = reply.reasoning
        if reply.tool_calls:
            message["tool_calls"] = [
                _tool_call(one.id, one.name, one.arguments) for one in reply.tool_calls
            ]
        choice = {"index": 0, "message": message, "logprobs": None}
        return {
            **self._head("chat.completion"),
            "choices": [{**choice, "finish_reason": reply.finish_reason}],
            "usage": _usage(reply.usage),
            "hello_llm": self._own(reply),
        }

    def frames(self, item: Item) -> Iterator[bytes]:
        """Yield the server-sent events for `item`, one after the other."""
        match item:
            case TextDelta(text):
                yield from self._text_frame(self._text.feed(text))
            case ReasoningDelta(text):
                yield self._delta({"reasoning_content": text})
            case ToolCallDelta(index, call_id, name, arguments):
                yield self._delta({"tool_calls": [_tool_piece(index, call_id, name, arguments)]})
            case Finished(reply):
                yield from self._finish(reply)
            case HelloLLMError():
                yield from self._text_frame(self._text.close())
                yield _frame(problem_of(item, self._redact).body())

    def _finish(self, reply: LLMReply) -> Iterator[bytes]:
        yield from self._text_frame(self._text.close())
        if not self._streamed:
            yield self._delta({"content": ""})
        choice = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": reply.finish_reason}
        yield self._chunk([choice], hello_llm=self._own(reply))
        if self._asked.include_usage:
            yield self._chunk([], usage=_usage(reply.usage))
        yield b"data: [DONE]\n\n"

    def _text_frame(self, text: str) -> Iterator[bytes]:
        if text:
            yield self._delta({"content": text})

    def _delta(self, delta: dict[str, Any]) -> bytes:
        if not self._streamed:
            self._streamed = True
            delta = {"role": "assistant", "content": "", **delta}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        return self._chunk([choice])

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:  # noqa: ANN401 - JSON
        return _frame({**self._head("chat.completion.chunk"), "choices": choices, **more})

    def _head(self, kind: str) -> dict[str, Any]:
        name = self._asked.name
        return {"id": self._id, "object": kind, "created": self._created, "model": name}

    def _own(self, reply: LLMReply) -> dict[str, Any]:
        """Describe `reply` beyond OpenAI's format, with keys of ``hello-llm.reply/1``."""
        found = document(reply, redact=self._redact)
        return {key: found[key] for key in _OF_THE_REPLY}


def _check_type(request: Request) -> None:
    """Refuse what a form on a foreign page could send.

    Raises:
        ProblemError: the body is not declared as JSON.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != "application/json":
        text = "the Content-Type header is to be application/json"
        raise ProblemError(Problem(415, text, code="unsupported_media_type"))


def _is_piece(item: Item) -> bool:
    return isinstance(item, TextDelta | ReasoningDelta | ToolCallDelta)


def _frame(value: Mapping[str, Any]) -> bytes:
    return b"data: " + json_line(value) + b"\n"


def _usage(usage: Usage) -> dict[str, Any] | None:
    if usage.tokens_in is None or usage.tokens_out is None:
        return None
    return {
        "prompt_tokens": usage.tokens_in,
        "completion_tokens": usage.tokens_out,
        "total_tokens": usage.tokens_in + usage.tokens_out,
        "prompt_tokens_details": {"cached_tokens": usage.tokens_cached},
        "completion_tokens_details": {"reasoning_tokens": usage.tokens_reasoning},
    }


def _tool_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _tool_piece(
    index: int, call_id: str | None, name: str | None, arguments: str
) -> dict[str, Any]:
    function: dict[str, Any] = {"arguments": arguments}
    piece: dict[str, Any] = {"index": index, "function": function}
    if name is not None:
        function["name"] = name
    if call_id is not None:
        piece |= {"id": call_id, "type": "function"}
    return piece
