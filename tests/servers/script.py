"""What a server plays in answer to one request, whatever the vendor."""

from dataclasses import dataclass
from typing import Literal

End = Literal["complete", "fin", "rst", "stall"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token counts that the server claims."""

    prompt: int = 12
    completion: int = 4
    cached: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call, its arguments in the fragments in which they are streamed."""

    id: str
    name: str
    fragments: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The JSON text of the arguments."""
        return "".join(self.fragments)


@dataclass(frozen=True, slots=True)
class Script:
    """One reply: reasoning, then text, then tool calls, then the end."""

    chunks: tuple[str, ...] = ("Hello", ", ", "world", "!")
    """The text, in the pieces in which it is streamed."""
    reasoning: tuple[str, ...] = ()
    """The reasoning, in its pieces."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tool calls."""
    finish: str | None = "stop"
    """Our own word for the finish reason; each dialect translates it. ``None`` sends none."""
    done: bool = True
    """Whether the vendor's end marker is sent."""
    usage: Tokens | None = Tokens()
    """The token counts; ``None`` sends none."""
    delay_s: float = 0.0
    """Seconds between two frames; a reply in one piece waits as long as its chunks would take."""
    end: End = "complete"
    """What follows the pieces: the vendor's closing frames, or the connection is cut by FIN or RST,
    or stays silent until the client leaves. In the last three no closing frame is sent."""
    status: int = 200
    """The HTTP status; with another than 200, `error` is sent in the vendor's own shape."""
    error: str = "the script refuses this request"
    """The message of the error."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further response headers."""
    body: bytes | None = None
    """A body sent as it stands, in place of whatever the vendor would send."""
