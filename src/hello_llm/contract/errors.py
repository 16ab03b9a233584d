"""The exception hierarchy: each class that is raised has exactly one exit code.

::

    HelloLLMError
    ├── UsageError            USAGE         the command line, a profile or a file is wrong
    ├── CheckFailedError      CHECK_FAILED  a check ran and failed
    ├── AuthError             AUTH          a key is missing or was refused
    ├── RequestError          REQUEST       the server refused the request itself
    │   └── ContextError      CONTEXT       the prompt is too long for the model
    ├── RateLimitedError      RATE_LIMITED  too many requests, or the quota is used up
    ├── UnreachableError      UNREACHABLE   no connection, or it closed before any reply
    ├── DeadlineError         TIMEOUT       our deadline or the server's passed
    ├── ServerError           SERVER        the server failed
    ├── BrokenReplyError      BROKEN_REPLY  the reply was cut off or malformed
    ├── FilteredError         FILTERED      a content filter stopped the reply
    ├── BudgetError           BUDGET        a spending limit was or would be exceeded
    ├── OutputError           IO            the answer could not be written
    ├── SchemaError           SCHEMA        the reply does not satisfy the requested schema
    ├── BugError              BUG           an unexpected exception
    └── StoppedError                        the call was stopped
        ├── InterruptError    INT           Ctrl-C
        ├── TerminateError    TERM          SIGTERM
        └── PipeClosedError   PIPE          the reader closed the output
"""

from typing import ClassVar, Self

from hello_llm.contract.exit_codes import ExitCode
from hello_llm.contract.reply import LLMReply


class HelloLLMError(Exception):
    """Base class of every error that the program can explain; never raised directly."""

    exit_code: ClassVar[ExitCode]

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        *,
        partial: LLMReply | None = None,
        status: int | None = None,
        transient: bool = False,
        retry_after_s: float | None = None,
        refuses_stream: bool = False,
        unsent: bool = False,
    ) -> None:
        """Describe what happened in one sentence.

        Args:
            message: the cause, without a full stop, to be shown after ``error:``.
            hint: the command or setting that fixes it.
            partial: the part of the reply that arrived.
            status: the HTTP status, if the server sent one.
            transient: whether the same call may succeed a moment later.
            retry_after_s: seconds that the server asks the client to wait before that.
            refuses_stream: whether the server may answer if the call does not ask for a stream.
            unsent: whether it is certain that no server got the request.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.partial = partial
        self.status = status
        self.transient = transient
        self.retry_after_s = retry_after_s
        self.refuses_stream = refuses_stream
        self.unsent = unsent


class UsageError(HelloLLMError):
    """The command line, a profile or a file is wrong; nothing was sent."""

    exit_code = ExitCode.USAGE


class CheckFailedError(HelloLLMError):
    """A check ran and failed."""

    exit_code = ExitCode.CHECK_FAILED


class AuthError(HelloLLMError):
    """A key is missing, or the server refused it (401, 403)."""

    exit_code = ExitCode.AUTH


class RequestError(HelloLLMError):
    """The server refused the request itself (400, 404, 413, 422)."""

    exit_code = ExitCode.REQUEST


class ContextError(RequestError):
    """The prompt is too long for the model."""

    exit_code = ExitCode.CONTEXT


class RateLimitedError(HelloLLMError):
    """Too many requests (429), or the quota or balance is used up (402)."""

    exit_code = ExitCode.RATE_LIMITED


class UnreachableError(HelloLLMError):
    """No connection could be made, or it closed before any reply."""

    exit_code = ExitCode.UNREACHABLE


class DeadlineError(HelloLLMError):
    """A deadline passed; the message names it and the flag that raises it."""

    exit_code = ExitCode.TIMEOUT


class ServerError(HelloLLMError):
    """The server failed (5xx)."""

    exit_code = ExitCode.SERVER


class BrokenReplyError(HelloLLMError):
    """The reply was cut off or malformed; ``partial`` holds what arrived."""

    exit_code = ExitCode.BROKEN_REPLY


class FilteredError(HelloLLMError):
    """A content filter stopped the reply."""

    exit_code = ExitCode.FILTERED

    @classmethod
    def of_reply(cls, partial: LLMReply | None = None) -> Self:
        """Return the error for a filtered reply; `partial` is the part that arrived."""
        return cls(
            "a content filter stopped the reply",
            "change the prompt, or the filter's settings with the vendor",
            partial=partial,
        )


class BudgetError(HelloLLMError):
    """A spending limit was exceeded, or would have been."""

    exit_code = ExitCode.BUDGET


class OutputError(HelloLLMError):
    """The answer could not be written to its destination."""

    exit_code = ExitCode.IO


class SchemaError(HelloLLMError):
    """The reply does not satisfy the requested JSON schema."""

    exit_code = ExitCode.SCHEMA


class BugError(HelloLLMError):
    """An unexpected exception, or a machine or an installation that lacks something."""

    exit_code = ExitCode.BUG


class StoppedError(HelloLLMError):
    """The call was stopped before it was complete; never raised directly."""


class InterruptError(StoppedError):
    """The user pressed Ctrl-C."""

    exit_code = ExitCode.INT


class TerminateError(StoppedError):
    """The process received SIGTERM."""

    exit_code = ExitCode.TERM


class PipeClosedError(StoppedError):
    """The reader closed the output."""

    exit_code = ExitCode.PIPE
