"""What a script says, as data."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hello_llm.contract import FinishReason, ToolCall

Time = Literal["real", "virtual"]
Then = Literal["repeat", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one call is answered."""

    chunks: tuple[str, ...] | None = None
    """The text, in the pieces in which it is streamed; ``None`` for what the mock says unasked."""
    reasoning: str = ""
    """The reasoning that comes before the text."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The calls that come after it."""
    finish_reason: FinishReason | None = None
    """Why it ends; ``None`` for what its content suggests."""
    usage: dict[str, Any] = field(default_factory=dict)
    """The figures that are not counted by the mock's own rule."""
    chunk_delay: float = 0.0
    """Seconds before each piece of the text."""
    fault: str | None = None
    """What goes wrong, by its name in the catalogue."""
    after_chunks: int | None = None
    """The pieces of text that come before the fault; ``None`` leaves it to the fault."""
    times: int | None = None
    """How many calls the fault strikes; ``None`` leaves it to the fault."""
    probability: float = 1.0
    """How likely it strikes a call."""
    seed: int = 0
    """Where the draws of that begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is answered to the prompts that it matches."""

    name: str
    """Its name, unique in the script."""
    line: int
    """The line it begins at."""
    contains: str | None = None
    """What the last user turn must hold."""
    regex: str | None = None
    """What must be found in the last user turn."""
    system: str | None = None
    """What the system turn must hold."""
    model: str | None = None
    """The pattern of the model's name."""
    turn: int | None = None
    """The number of the user's turn, from 1."""
    replies: tuple[Reply, ...]
    """What is answered, one reply for each call."""
    then: Then = "repeat"
    """What follows the last reply: the same again, or an error."""
    optional: bool = False
    """Whether it may match no prompt at all."""


@dataclass(frozen=True, slots=True)
class Script:
    """A file of rules; the first that matches answers."""

    path: Path
    """Where it was read from."""
    time: Time
    """Whether delays are waited for, or only counted."""
    rules: tuple[Rule, ...]
    """The rules, in order."""
