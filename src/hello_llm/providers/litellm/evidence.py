"""What was seen on the wire of a call that failed; LiteLLM invents some of what it says."""

from dataclasses import dataclass

from hello_llm.providers.litellm.transport import Transport
from hello_llm.providers.litellm.wire_tap import ErrorInAnswerError, UnreadableAnswerError


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
    """How an answer began in which no piece of a reply was found."""
    asked: str = ""
    """The method and the address of the request, without its query, which may hold a key."""
    problem: UnreadableAnswerError | ErrorInAnswerError | None = None
    """Why reading the answer was given up."""
    filtered: bool = False
    """Whether the server said that a filter stopped the reply."""
    blank: bool = False
    """Whether the answer ended before any of a reply, and had not said that it would be empty."""
    cut: bool = False
    """Whether a reply in one piece had begun to arrive."""
    beside: str = ""
    """The text of a reply in one piece that stands beside an error."""

    @property
    def answered(self) -> bool:
        """Whether the server answered, and not with an error status."""
        return self.status is not None and self.status < 300
