"""The most that a request can cost, computed before it is sent, in billionths of a dollar."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import Enum

from hello_llm.contract import ChatRequest, Message
from hello_llm.contract.reply import PriceSource
from hello_llm.prices.model import Model
from hello_llm.prices.rates import Kind, Rate

BILLION = 1_000_000_000
TOKENS_PER_MESSAGE = 16
"""Tokens allowed for what a chat template puts around a message: its role and delimiters."""
TOKENS_PER_REQUEST = 256
"""Tokens allowed for what a server puts before the messages, such as a system prompt of its own."""

_INPUT = frozenset({Kind.INPUT, Kind.CACHED, Kind.CACHE_WRITE})
_OUTPUT = frozenset({Kind.OUTPUT, Kind.REASONING, Kind.AUDIO_OUT, Kind.IMAGE_OUT, Kind.VIDEO_OUT})
_UNASKED_TIERS = {"openai": frozenset({"priority"}), "azure": frozenset({"priority"})}
"""The services that a vendor may use for a call because an account is set to them."""


class Unbounded(Enum):
    """Why no bound can be computed; the value says it in words."""

    UNKNOWN = "neither the price list nor the configuration has the model"
    NO_PRICE = "the model has no known price"
    NO_LIMIT = "neither the request nor the price list limits the length of the reply"
    SEARCHES = "the model searches the web as often as it likes, and each search has a price"


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper bound of the cost of one attempt, and how it was computed."""

    nano_usd: int
    """The bound in billionths of a US dollar."""
    input_tokens: int
    """The most tokens that the prompt can have: its bytes, and an allowance for the template."""
    prompt_bytes: int
    """The bytes of the messages as JSON; no token is shorter than a byte."""
    allowance: int
    """The tokens allowed for what the chat template adds."""
    input_rate: Rate
    """The highest price that may apply to a token of the prompt."""
    output_tokens: int
    """The most tokens that the reply can have, its reasoning included."""
    limited_by: str
    """What limits the reply, in a few words: ``max_tokens`` of the request, or the model."""
    output_rate: Rate
    """The highest price that may apply to a token of the reply."""
    surcharge: Decimal
    """The largest factor for where a call is served."""
    per_request: Decimal
    """What the call costs besides its tokens, in US dollars."""
    price_source: PriceSource
    """Who says the prices."""
    listed: date | None
    """The date of the price list, if known."""

    @property
    def words(self) -> str:
        """How the bound was computed, in one sentence."""
        template = f"{self.prompt_bytes:,} bytes and {self.allowance} for the template"
        parts = [
            f"{self.input_tokens:,} tokens in ({template}) at {_priced(self.input_rate)}",
            f"{self.output_tokens:,} tokens out ({self.limited_by}) at {_priced(self.output_rate)}",
        ]
        if self.per_request:
            parts.append(f"${self.per_request.normalize():f} for the call")
        if self.surcharge != 1:
            parts.append(f"times {self.surcharge} for the region")
        return ", ".join(parts)


def bound(model: Model | None, request: ChatRequest) -> Bound | Unbounded:
    """Return the most that one attempt at `request` can cost, or why that is unknown.

    Every token of the prompt counts at the highest price that may apply to it: for long prompts,
    for what is written to a cache, at busy hours, and in the services that a vendor may choose
    without being asked. Discounts never count.

    Args:
        model: the model that answers; ``None`` if nothing is known of it.
        request: the request, whose messages are text.
    """
    if model is None:
        return Unbounded.UNKNOWN
    sent = sum(map(_bytes_of, request.messages))
    allowance = TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE * len(request.messages)
    tokens_in = sent + allowance
    paid_in = _highest(model, Kind.INPUT, _INPUT, tokens_in)
    paid_out = _highest(model, Kind.OUTPUT, _OUTPUT, tokens_in)
    if paid_in is None or paid_out is None or model.price_source is None:
        return Unbounded.NO_PRICE
    if model.searches:
        return Unbounded.SEARCHES
    tokens_out, limited_by = request.params.max_tokens, "max_tokens"
    if tokens_out is None:
        tokens_out, limited_by = model.max_output, "the model's limit"
    if tokens_out is None and not paid_out.usd:
        tokens_out, limited_by = 0, "they cost nothing"
    if tokens_out is None:
        return Unbounded.NO_LIMIT
    per_request = model.per_request or Decimal()
    dollars = paid_in.usd * tokens_in + paid_out.usd * tokens_out + per_request
    return Bound(
        nano_usd=int((dollars * model.surcharge * BILLION).to_integral_value(ROUND_CEILING)),
        input_tokens=tokens_in,
        prompt_bytes=sent,
        allowance=allowance,
        input_rate=paid_in,
        output_tokens=tokens_out,
        limited_by=limited_by,
        output_rate=paid_out,
        surcharge=model.surcharge,
        per_request=per_request,
        price_source=model.price_source,
        listed=model.listed,
    )


def _bytes_of(message: Message) -> int:
    said = {key: value for key, value in asdict(message).items() if value}
    return len(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _highest(model: Model, needed: Kind, kinds: Iterable[Kind], tokens_in: int) -> Rate | None:
    """Return the highest rate that may apply; ``None`` if the price of `needed` is unknown."""
    tiers = {None, *_UNASKED_TIERS.get(model.vendor, ())}
    possible = [
        rate
        for rate in model.rates
        if rate.kind in kinds and rate.above <= tokens_in and rate.tier in tiers
    ]
    known = any(rate.kind is needed and rate.tier is None for rate in possible)
    return max(possible, key=lambda rate: rate.usd) if known else None


def _priced(rate: Rate) -> str:
    which = f"{rate.kind}, {rate.condition}" if rate.condition else str(rate.kind)
    return f"${rate.per_million.normalize():f} a million ({which})"
