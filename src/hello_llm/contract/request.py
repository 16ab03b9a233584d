"""A chat request: the messages, the model, and the sampling parameters."""

from dataclasses import dataclass, field
from typing import Literal, Self

from hello_llm.contract.reply import ToolCall

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    """The author of the turn."""
    content: str
    """The text of the turn, exactly as it is sent."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tool calls that an assistant turn requested."""
    tool_call_id: str | None = None
    """For a ``tool`` turn, the ID of the call that it answers."""


@dataclass(frozen=True, slots=True)
class Params:
    """Sampling parameters; ``None`` leaves the choice to the model's server."""

    temperature: float | None = None
    """Randomness, from 0 (least) upwards; vendors stop at 1 or 2."""
    top_p: float | None = None
    """Share of the probability mass to sample from, 0 to 1."""
    max_tokens: int | None = None
    """Maximum number of tokens in the reply."""
    seed: int | None = None
    """Seed for repeatable sampling, where the server supports one."""
    stop: tuple[str, ...] = ()
    """Texts that end the reply where they would appear."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call: the whole conversation so far, and how to answer it."""

    messages: tuple[Message, ...]
    """The conversation, oldest turn first."""
    model: str | None = None
    """Vendor-qualified (``openai/gpt-4o-mini``); ``None`` uses the provider's own default."""
    params: Params = field(default_factory=Params)
    """The sampling parameters."""

    @classmethod
    def from_prompt(
        cls,
        text: str,
        system: str | None = None,
        *,
        model: str | None = None,
        params: Params | None = None,
    ) -> Self:
        """Build a request with one user turn, preceded by a system turn if `system` is given."""
        user = Message("user", text)
        messages = (user,) if system is None else (Message("system", system), user)
        return cls(messages, model, params or Params())

    @classmethod
    def coerce(cls, request: "ChatRequest | str") -> "ChatRequest":
        """Return `request`, or a request with one user turn if it is plain text."""
        return cls.from_prompt(request) if isinstance(request, str) else request
