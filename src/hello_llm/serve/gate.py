"""Stands before the whole application: refuses, counts and logs requests, and reports errors."""

import time
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hello_llm.contract import ExitCode
from hello_llm.machine.last_words import explain, unexpected
from hello_llm.rendering.json.document import Redact
from hello_llm.serve.access import Access
from hello_llm.serve.exchange import (
    Endpoint,
    Message,
    Receive,
    Scope,
    Send,
    path_within,
    problem_response,
)
from hello_llm.serve.log import LOG
from hello_llm.serve.metrics import Metrics
from hello_llm.serve.problem import Problem, ProblemError
from hello_llm.text import phrases

_LONGEST_SHOWN = 200
_SWITCHED, _LEFT = 101, 499
_DENIAL = "websocket.http.response"
_LONGEST_REASON = 40


class Gate:
    """Lets requests through to an application."""

    def __init__(
        self,
        app: Endpoint,
        routes: frozenset[str],
        access: Access,
        metrics: Metrics,
        redact: Redact,
    ) -> None:
        """Stand before `app`.

        Args:
            app: answers the requests.
            routes: the paths that it answers, to be told apart in the metrics.
            access: decides which requests are answered.
            metrics: count them.
            redact: removes secrets from what is logged.
        """
        self._app = app
        self._routes = routes
        self._access = access
        self._metrics = metrics
        self._redact = redact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one WebSocket."""
        path = path_within(scope)
        reply, began = _Reply(scope, receive, send, self._redact), time.monotonic()
        try:
            problem = self._access.refusal(scope, path)
            if problem is None:
                await self._app(scope, receive, reply.send)
            else:
                await reply.refuse(problem)
        except ProblemError as error:
            await reply.refuse(error.problem)
        except HTTPException as error:
            await reply.refuse(_of_the_router(error, path))
        except (ClientDisconnect, OSError):
            reply.status = reply.status or _LEFT
        except Exception as error:  # noqa: BLE001 - one request must not end the server
            await reply.refuse(self._bug(error))
        finally:
            route = path if path in self._routes else "other"
            self._metrics.request_ended(route, reply.status or _LEFT)
            self._log(scope, path, reply.status or _LEFT, time.monotonic() - began)

    def _bug(self, error: Exception) -> Problem:
        message, hint = explain(error) or unexpected(error)
        LOG.error("%s", self._redact(message))
        return Problem(500, message, "server_error", "bug", hint=hint, exit_code=ExitCode.BUG)

    def _log(self, scope: Scope, path: str, status: int, seconds: float) -> None:
        method = scope.get("method", "WS")
        shown = phrases.printable(self._redact(path[:_LONGEST_SHOWN]))
        LOG.info("%s %s %d %.0f ms", method, shown, status, seconds * 1000)


def _of_the_router(error: HTTPException, path: str) -> Problem:
    shown = phrases.printable(path[:_LONGEST_SHOWN])
    text = f"there is nothing at {shown}"
    if error.status_code == 405:
        text = f"{shown} does not take this method"
    code = "not_found" if error.status_code == 404 else "method_not_allowed"
    return Problem(error.status_code, text, code=code, headers=error.headers or {})


class _Reply:
    """What has been sent of the reply to a request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, redact: Redact) -> None:
        self._redact = redact
        self._scope = scope
        self._receive = receive
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        """Send `message`, and note the status."""
        if message["type"].endswith("http.response.start"):
            self.status = message["status"]
        elif message["type"] == "websocket.accept":
            self.status = _SWITCHED
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Send `problem`, unless a response has begun: then it can only be cut off."""
        if self.status:
            if self._scope["type"] == "websocket":
                await self._close(problem)
            return
        problem = replace(problem, message=self._redact(problem.message))
        if self._scope["type"] == "websocket" and _DENIAL not in self._scope.get("extensions", {}):
            self.status = problem.status
            await self._close(problem)
            return
        await problem_response(problem)(self._scope, self._receive, self.send)

    async def _close(self, problem: Problem) -> None:
        closed = {"code": 4000 + problem.status, "reason": problem.message[:_LONGEST_REASON]}
        await self._send({"type": "websocket.close", **closed})
