"""The reply, its usage, and the tool calls it requests."""

from dataclasses import dataclass
from typing import Literal

from hello_llm.contract.exit_codes import ExitCode

PriceSource = Literal["server", "configuration", "list", "local"]
"""Who says what a call costs; ``local`` is a server of the user's own, where nothing is paid."""
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, time and price of a call; the first four keys are normalised and always present."""

    tokens_in: int | None = None
    """Tokens of the prompt, as the server counted them; ``None`` if it did not say."""
    tokens_out: int | None = None
    """Tokens of the reply, as the server counted them; ``None`` if it did not say."""
    latency_ms: int | None = None
    """Milliseconds from sending to the end, by our own clock; ``None`` if nothing was sent."""
    usd_micros: int | None = None
    """Price in millionths of a US dollar; 0 for local models, ``None`` if no price is known."""
    first_token_ms: int | None = None
    """Milliseconds from sending to the first token; ``None`` if the reply was not streamed."""
    tokens_cached: int | None = None
    """Prompt tokens that the server read from its cache, if it said so."""
    tokens_reasoning: int | None = None
    """Reply tokens spent on reasoning, if the server said so."""
    estimated: bool = False
    """True if a figure here is an estimate rather than the server's own."""
    price_source: PriceSource | None = None
    """Who says the price; ``None`` if no price is known."""
    usd_nanos: int | None = None
    """Price in billionths of a US dollar, to add up small ones; JSON documents do not have it."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call that the model requests."""

    id: str
    """The server's ID for this call."""
    name: str
    """The tool to call."""
    arguments: str
    """The arguments, as the JSON text the model wrote."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed before the one that produced a reply."""

    model: str
    """The model that was asked, as the user typed it."""
    code: ExitCode
    """The exit code, had this failure been the last."""
    message: str
    """The failure in one sentence."""


@dataclass(frozen=True, slots=True)
class LLMReply:
    """A reply: the whole of it or, if `complete` is false, the part that arrived."""

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
    """Calls made for this reply, including the last one; 0 if nothing was sent."""
    request_id: str | None = None
    """The server's ID for the call, to quote in a support request."""
    reasoning: str | None = None
    """The model's reasoning, if the server sends it separately from the answer."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tool calls that the model requests."""
    failures: tuple[Failure, ...] = ()
    """The failed attempts before the last one."""
    end_marked: bool = True
    """False if the server sent a finish reason, but then neither more data nor an end marker."""
    model_served: str | None = None
    """The model that the server says answered, exactly as it says; ``None`` if it does not say."""
    also_served: tuple[str, ...] = ()
    """Other models that the server named later in the same reply."""
