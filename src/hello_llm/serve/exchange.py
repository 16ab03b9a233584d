"""What every exchange has: a body that is read within bounds, and a response as JSON."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from hello_llm.rendering.json.document import json_line
from hello_llm.serve.problem import Problem, ProblemError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Endpoint = Callable[[Scope, Receive, Send], Awaitable[None]]

ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""The headers of every response."""


def path_within(scope: Scope) -> str:
    """Return the path of a request, without the prefix below which the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    within = path.removeprefix(root)
    return within if not within or within.startswith("/") else path


async def read_body(request: Request, most: int, timeout_s: float) -> bytes:
    """Return the body of a request.

    Args:
        request: the request.
        most: the most bytes that it may have.
        timeout_s: seconds for all of it.

    Raises:
        ProblemError: it is too long, or takes too long.
        ClientDisconnect: the client left.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise ProblemError(too_long(most))
    except TimeoutError:
        text = f"the request did not arrive within {timeout_s:g} s"
        raise ProblemError(Problem(408, text, code="request_timeout")) from None
    return bytes(body)


def too_long(most: int) -> Problem:
    """Return the problem of a request that has more than `most` bytes."""
    return Problem(413, f"the request has more than {most:,} bytes", code="request_too_long")


def read_object(text: bytes | str) -> dict[str, Any]:
    """Return the JSON object in `text`.

    Raises:
        ProblemError: it is not one.
    """
    try:
        decoded = text if isinstance(text, str) else text.decode()
        found = json.loads(decoded, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        problem = Problem(400, f"the request is not JSON: {why}", code="invalid_json")
        raise ProblemError(problem) from None
    if not isinstance(found, dict):
        raise ProblemError(Problem(400, "the request is not a JSON object", code="invalid_json"))
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def json_response(
    value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] = {}
) -> Response:
    """Return a response with `value` as its body."""
    return Response(json_line(value), status, {**ALWAYS, **headers}, "application/json")


def problem_response(problem: Problem) -> Response:
    """Return the response that tells a client of `problem`."""
    return json_response(problem.body(), problem.status, problem.headers)
