"""What was seen on the wire of a call that failed; LiteLLM invents some of what it says."""

from dataclasses import dataclass

from hello_llm.providers.litellm.protocols.piece import UnreadableAnswerError
from hello_llm.providers.litellm.transport import Transport
from hello_llm.providers.litellm.wire_tap import ErrorInAnswerError


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts; each is missing where LiteLLM used a client of its own."""

    transport: Transport
    """The settings of the client."""
    status: int | None = None
    """The HTTP status that came."""
    retry_after_s: float | None = None
    """Seconds that the server asks to wait."""
    body: bytes = b""
    """How an answer began that has an error status."""
    problem: UnreadableAnswerError | ErrorInAnswerError | None = None
    """Why reading the answer was given up."""
    filtered: bool = False
    """Whether the server said that a filter stopped the reply."""
    cut: bool = False
    """Whether a reply in one piece had begun to arrive."""
