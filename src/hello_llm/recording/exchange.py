"""One exchange with a provider: the request, the timed pieces of the reply, and the outcome."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
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
"""An event before the end of an exchange."""


def text_of(piece: Piece) -> str:
    """Return the text, reasoning or arguments in `piece`."""
    match piece:
        case TextDelta(text) | ReasoningDelta(text):
            return text
        case ToolCallDelta(arguments=arguments):
            return arguments
        case Started():
            return ""


Outcome = Literal["complete", "failed", "cut"]
"""How an exchange ends: with a reply, with an error, or dropped by its caller."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A piece of an exchange, and the time it arrived."""

    at_ms: float
    """Milliseconds since just before the request was sent."""
    piece: Piece
    """The piece."""


@dataclass(frozen=True, slots=True)
class RecordedError:
    """An error in a form that can be stored and raised again."""

    code: ExitCode
    """The exit code, which determines the class of the error."""
    message: str
    """The cause in one sentence."""
    hint: str | None = None
    """How to fix it."""
    status: int | None = None
    """The HTTP status, if the server sent one."""
    transient: bool = False
    """Whether the same call may succeed a moment later."""
    retry_after_s: float | None = None
    """Seconds that the server asked to wait before a retry."""
    partial: LLMReply | None = None
    """The part of the reply that arrived."""

    @classmethod
    def of(cls, error: HelloLLMError) -> Self:
        """Extract the parts of `error` that can be recorded."""
        return cls(error.exit_code, **{name: getattr(error, name) for name in _KEPT})

    def error(self) -> HelloLLMError:
        """Recreate the error."""
        return _CLASSES[self.code](**{name: getattr(self, name) for name in _KEPT})


_KEPT = [field.name for field in fields(RecordedError) if field.name != "code"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to a provider, and its complete result."""

    provider: str
    """The provider, ``mock`` or ``litellm``."""
    stream: bool
    """Whether the reply was requested as a stream."""
    request: ChatRequest
    """The request."""
    pieces: tuple[Timed, ...]
    """The events before the end; empty if the reply was requested as a whole."""
    outcome: Outcome
    """How it ended."""
    ended_ms: float
    """Milliseconds until the end."""
    reply: LLMReply | None = None
    """The reply, if it is complete."""
    trouble: RecordedError | None = None
    """The error, if it failed."""
    delay_s: float | None = None
    """Seconds of delay before the next attempt; ``None`` if there was none."""


def _classes(base: type[HelloLLMError] = HelloLLMError) -> Iterator[type[HelloLLMError]]:
    for error in base.__subclasses__():
        if error.__module__ == HelloLLMError.__module__ and "exit_code" in vars(error):
            yield error
        yield from _classes(error)


_CLASSES = {error.exit_code: error for error in _classes()}
