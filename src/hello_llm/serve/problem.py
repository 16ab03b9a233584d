"""Errors as HTTP has them: a status for each exit code, and a body in OpenAI's format."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.rendering.json.document import Redact, describe_error

_INVALID = "invalid_request_error"
_SERVER = "server_error"


@dataclass(frozen=True, slots=True)
class Kind:
    """How an exit code looks over HTTP."""

    status: int
    """The HTTP status."""
    type: str
    """The class of the error, as OpenAI names it."""
    code: str | None = None
    """The error, as OpenAI names it; if it does not, it goes by the name of the exit code."""


KINDS: Mapping[ExitCode, Kind] = {
    ExitCode.USAGE: Kind(400, _INVALID),
    ExitCode.AUTH: Kind(401, "authentication_error"),
    ExitCode.REQUEST: Kind(400, _INVALID),
    ExitCode.RATE_LIMITED: Kind(429, "rate_limit_error", "rate_limit_exceeded"),
    ExitCode.UNREACHABLE: Kind(502, _SERVER),
    ExitCode.TIMEOUT: Kind(504, _SERVER),
    ExitCode.SERVER: Kind(502, _SERVER),
    ExitCode.BROKEN_REPLY: Kind(502, _SERVER),
    ExitCode.FILTERED: Kind(400, _INVALID, "content_filter"),
    ExitCode.CONTEXT: Kind(400, _INVALID, "context_length_exceeded"),
    ExitCode.BUDGET: Kind(402, "insufficient_quota", "budget_exceeded"),
    ExitCode.IO: Kind(507, _SERVER),
    ExitCode.SCHEMA: Kind(422, _INVALID),
    ExitCode.BUG: Kind(500, _SERVER),
    ExitCode.INT: Kind(499, _SERVER, "cancelled"),
    ExitCode.TERM: Kind(503, _SERVER, "stopping"),
}
"""How each exit code looks."""

_PASSED_ON: Mapping[ExitCode, frozenset[int]] = {
    ExitCode.AUTH: frozenset({401, 403}),
    ExitCode.REQUEST: frozenset({400, 404, 413, 422}),
    ExitCode.RATE_LIMITED: frozenset({402, 429}),
    ExitCode.TIMEOUT: frozenset({408, 504}),
    ExitCode.SERVER: frozenset({500, 502, 503, 529}),
}
"""The statuses of a vendor that are passed on: those that mean the same from this server."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, as it is reported to a client."""

    status: int
    """The HTTP status."""
    message: str
    """What happened, without secrets."""
    type: str = _INVALID
    """The class of the error, as OpenAI names it."""
    code: str | None = None
    """The error, as OpenAI names it or else as exit codes are named."""
    param: str | None = None
    """The field of the request that is at fault."""
    hint: str | None = None
    """What fixes it."""
    exit_code: ExitCode = ExitCode.REQUEST
    """The exit code of ``hello-llm chat`` in this case."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the response."""

    def body(self) -> dict[str, Any]:
        """Return the body of the response, or the record in a stream that has begun."""
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
                "hint": self.hint,
                "exit_code": int(self.exit_code),
            }
        }


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        """Carry `problem`."""
        super().__init__(problem.message)
        self.problem = problem


def problem_of(error: HelloLLMError, redact: Redact) -> Problem:
    """Describe `error` to a client.

    ``x-should-retry`` tells OpenAI's clients whether the same call may succeed: a call that may
    have cost money is not to be repeated by a library that nobody watches.

    Args:
        error: the error that ended a call.
        redact: removes secrets.
    """
    kind = KINDS.get(error.exit_code, KINDS[ExitCode.BUG])
    passed_on = _PASSED_ON.get(error.exit_code, frozenset())
    said = describe_error(error, error.exit_code, redact)
    headers = {"x-should-retry": str(error.transient).lower()}
    if error.retry_after_s is not None and error.transient:
        headers["retry-after"] = str(math.ceil(error.retry_after_s))
    return Problem(
        error.status if error.status in passed_on else kind.status,
        said["message"],
        kind.type,
        kind.code or error.exit_code.name.lower(),
        hint=said["hint"],
        exit_code=error.exit_code,
        headers=headers,
    )
