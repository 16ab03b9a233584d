"""What comes back: the reply, its usage, the calls it asks for."""

from dataclasses import dataclass
from typing import Literal

from hello_llm.contract.exit_codes import ExitCode

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used; the first four keys are the normalised ones, always present."""

    tokens_in: int | None = None
    """Tokens of the prompt, as the server counted them; ``None`` if it did not say."""
    tokens_out: int | None = None
    """Tokens of the reply, as the server counted them; ``None`` if it did not say."""
    latency_ms: int | None = None
    """Milliseconds from sending to the end, by our own clock; ``None`` if nothing was sent."""
    usd_micros: int | None = None
    """Price in millionths of a US dollar; 0 for local models, ``None`` where no price is known."""
    first_token_ms: int | None = None
    """Milliseconds from sending to the first token; ``None`` if the reply was not streamed."""
    tokens_cached: int | None = None
    """Prompt tokens that the server read from its cache, if it said so."""
    tokens_reasoning: int | None = None
    """Reply tokens spent on reasoning, if the server said so."""
    estimated: bool = False
    """True if a figure here is an estimate and not the server's own."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool that the model asks for."""

    id: str
    """The server's name for this call."""
    name: str
    """The tool to call."""
    arguments: str
    """The arguments, as the JSON text the model wrote."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed before the one that a reply tells of."""

    model: str
    """The model that was asked, as the user typed it."""
    code: ExitCode
    """What the failure would have meant, had it been the last."""
    message: str
    """The failure in one sentence."""


@dataclass(frozen=True, slots=True)
class LLMReply:
    """A reply, whole or, where `complete` is false, as far as it came."""

    text: str
    """The answer, exactly as it arrived."""
    provider: str
    """The provider that was asked, ``mock`` or ``litellm``."""
    model: str
    """The model as the user typed it."""
    usage: Usage
    """Tokens, time and price."""
    finish_reason: FinishReason | None
    """Why the model stopped; ``None`` if the reply was cut off."""
    complete: bool = True
    """True only if the server marked the end of the reply."""
    attempts: int = 1
    """Calls made for this reply, the last one included; 0 if nothing was sent."""
    request_id: str | None = None
    """The server's name for the call, to quote in a support request."""
    reasoning: str | None = None
    """The model's reasoning, where the server sends it apart from the answer."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tool calls the model asks for."""
    failures: tuple[Failure, ...] = ()
    """What happened in the attempts before the last one."""
    end_marked: bool = True
    """False if the server gave a reason for the end, then neither sent more nor marked the end."""
