"""One exchange with a provider: what was asked, what came when, and how it ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

from hello_llm.contract import (
    ChatRequest,
    ExitCode,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
)

Piece = Started | TextDelta | ReasoningDelta | ToolCallDelta
"""What comes before the end of an exchange."""

Outcome = Literal["complete", "failed", "cut"]
"""How an exchange ends: by a reply, by an error, or because its caller dropped it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A piece of an exchange, and when it came."""

    at_ms: float
    """Milliseconds since the request was about to be sent."""
    piece: Piece
    """What came."""


@dataclass(frozen=True, slots=True)
class RecordedError:
    """An error, as it can be kept and raised again."""

    code: ExitCode
    """The exit code; it names the class of the error."""
    message: str
    """The cause in one sentence."""
    hint: str | None = None
    """What repairs it."""
    status: int | None = None
    """The HTTP status, where the server sent one."""
    transient: bool = False
    """Whether the same call may succeed a moment later."""
    retry_after_s: float | None = None
    """Seconds that the server asked to wait before that."""
    partial: LLMReply | None = None
    """The reply as far as it came."""

    @classmethod
    def of(cls, error: HelloLLMError) -> Self:
        """The part of `error` that can be recorded."""
        return cls(
            error.exit_code,
            error.message,
            error.hint,
            error.status,
            error.transient,
            error.retry_after_s,
            error.partial,
        )

    def error(self) -> HelloLLMError:
        """Return the error anew."""
        return _CLASSES[self.code](
            self.message,
            self.hint,
            partial=self.partial,
            status=self.status,
            transient=self.transient,
            retry_after_s=self.retry_after_s,
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to a provider, and all that came of it."""

    provider: str
    """The provider that was asked, ``mock`` or ``litellm``."""
    stream: bool
    """Whether the reply was asked for as a stream."""
    request: ChatRequest
    """What was asked."""
    pieces: tuple[Timed, ...]
    """What came before the end; nothing where the reply was asked for as a whole."""
    outcome: Outcome
    """How it ended."""
    ended_ms: float
    """Milliseconds until then."""
    reply: LLMReply | None = None
    """The reply, if it is complete."""
    trouble: RecordedError | None = None
    """The error, if it failed."""
    delay_s: float | None = None
    """Seconds that were waited after it before the next attempt; ``None`` if none followed."""


def _classes(base: type[HelloLLMError] = HelloLLMError) -> Iterator[type[HelloLLMError]]:
    for error in base.__subclasses__():
        if error.__module__ == HelloLLMError.__module__ and "exit_code" in vars(error):
            yield error
        yield from _classes(error)


_CLASSES = {error.exit_code: error for error in _classes()}
