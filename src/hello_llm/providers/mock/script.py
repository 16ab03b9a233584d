"""The content of a script, as data classes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hello_llm.contract import FinishReason, ToolCall

Time = Literal["real", "virtual"]
Then = Literal["repeat", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply to one call."""

    chunks: tuple[str, ...] | None = None
    """The text, in the pieces that are streamed; ``None`` for the mock's default reply."""
    reasoning: str = ""
    """The reasoning before the text."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tool calls after the text."""
    finish_reason: FinishReason | None = None
    """The finish reason; ``None`` derives it from the content."""
    usage: dict[str, Any] = field(default_factory=dict)
    """Usage figures that override the mock's own counts."""
    model_served: str | None = None
    """The model that the server says answers; ``None`` for the one that is asked, empty for none.
    """
    chunk_delay: float = 0.0
    """Seconds before each piece of the text."""
    fault: str | None = None
    """The fault that strikes the call, by its name in the catalogue."""
    after_chunks: int | None = None
    """The number of text pieces before the fault strikes; ``None`` for the fault's own default."""
    times: int | None = None
    """The number of calls that the fault strikes; ``None`` for the fault's own default."""
    probability: float = 1.0
    """The probability that the fault strikes a call."""
    seed: int = 0
    """The seed of the random draws for `probability`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The conditions on a request, and the replies to the requests that meet them."""

    name: str
    """Its name, unique in the script."""
    line: int
    """The line where it begins."""
    contains: str | None = None
    """Text that the last user turn must contain."""
    regex: str | None = None
    """A regular expression that must match part of the last user turn."""
    system: str | None = None
    """Text that a system turn must contain."""
    model: str | None = None
    """A shell-style pattern that the model's name must match."""
    turn: int | None = None
    """The number of the current user turn, counting from 1."""
    replies: tuple[Reply, ...]
    """The replies, one for each call."""
    then: Then = "repeat"
    """What follows the last reply: the same reply again, or an error."""
    optional: bool = False
    """Whether it may go unused."""


@dataclass(frozen=True, slots=True)
class Script:
    """A file of rules; the first rule that matches a request answers it."""

    path: Path
    """The file that it was read from."""
    time: Time
    """Whether delays take real time or are only counted."""
    rules: tuple[Rule, ...]
    """The rules, in order."""
