"""The prices of tokens in a row of LiteLLM's price list, each with what it applies to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

ROUTERS = frozenset({"model-router", "model_router"})
"""Models of Azure that pass a request on; LiteLLM's list has only the fee for that."""

MILLION = Decimal(1_000_000)


class Kind(StrEnum):
    """What a token is."""

    INPUT = "input"
    CACHED = "cached input"
    CACHE_WRITE = "cache write"
    AUDIO_IN = "audio input"
    IMAGE_IN = "image input"
    VIDEO_IN = "video input"
    OUTPUT = "output"
    REASONING = "reasoning"
    AUDIO_OUT = "audio output"
    IMAGE_OUT = "image output"
    VIDEO_OUT = "video output"
    CITATION = "citation"


_KINDS = {
    "input_cost_per_token": Kind.INPUT,
    "cache_read_input_token_cost": Kind.CACHED,
    "input_cost_per_token_cache_hit": Kind.CACHED,
    "cache_creation_input_token_cost": Kind.CACHE_WRITE,
    "input_cost_per_audio_token": Kind.AUDIO_IN,
    "input_cost_per_image_token": Kind.IMAGE_IN,
    "input_cost_per_video_token": Kind.VIDEO_IN,
    "output_cost_per_token": Kind.OUTPUT,
    "output_cost_per_reasoning_token": Kind.REASONING,
    "output_cost_per_audio_token": Kind.AUDIO_OUT,
    "output_cost_per_image_token": Kind.IMAGE_OUT,
    "output_cost_per_video_token": Kind.VIDEO_OUT,
    "citation_cost_per_token": Kind.CITATION,
}
_KEY = re.compile(
    rf"(?P<price>{'|'.join(sorted(_KINDS, key=len, reverse=True))})"
    r"(?P<hour>_above_1hr)?"
    r"(?:_above_(?P<thousands>\d+)k_tokens)?"
    r"(?:_(?P<tier>[a-z]+))?"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one token, and when it applies."""

    kind: Kind
    """What the token is."""
    usd: Decimal
    """Its price in US dollars."""
    above: int = 0
    """It applies to calls whose prompt has more tokens than this."""
    tier: str | None = None
    """The vendor's service that it is for, such as ``priority`` or ``batches``; usually none."""
    off_peak: bool = False
    """Whether it applies at quiet hours only."""
    one_hour: bool = False
    """Whether it is for what stays in the cache for an hour instead of minutes."""

    @property
    def per_million(self) -> Decimal:
        """The price of a million tokens in US dollars."""
        return self.usd * MILLION

    @property
    def is_plain(self) -> bool:
        """Whether it is the usual price of its kind."""
        return not (self.above or self.tier or self.off_peak or self.one_hour)

    @property
    def condition(self) -> str:
        """When it applies, in a few words; empty if it is the usual price."""
        parts = (
            "kept for an hour" if self.one_hour else None,
            f"above {self.above:,} tokens" if self.above else None,
            self.tier,
            "off-peak" if self.off_peak else None,
        )
        return ", ".join(filter(None, parts))


class _Meaning(NamedTuple):
    kind: Kind
    above: int
    tier: str | None
    one_hour: bool


def read_rates(row: Mapping[str, Any]) -> tuple[Rate, ...]:
    """Return the rates in `row`, in the order of the kinds; the usual one of each kind first."""
    found = [*_rates_in(row), *_tiers(row.get("tiered_pricing"))]
    quiet = row.get("off_peak_pricing")
    if isinstance(quiet, dict):
        found += [replace(rate, off_peak=True) for rate in _rates_in(quiet)]
    order = {kind: place for place, kind in enumerate(Kind)}
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda rate: (order[rate.kind], not rate.is_plain, rate.above)))


def amount(value: object) -> Decimal | None:
    """Return an amount of dollars exactly; ``None`` if `value` is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MILLION:
        return None
    return Decimal(repr(value))


def _rates_in(row: Mapping[str, Any]) -> Iterator[Rate]:
    for key, value in row.items():
        meaning = _meaning(key)
        usd = None if meaning is None else amount(value)
        if meaning is not None and usd is not None:
            yield Rate(meaning.kind, usd, meaning.above, meaning.tier, one_hour=meaning.one_hour)


def _tiers(tiers: object) -> Iterator[Rate]:
    """Yield the rates of a table in which each part has the range of prompts that it is for."""
    for tier in tiers if isinstance(tiers, list) else ():
        first, *_ = tier.get("range", [0])
        yield from (replace(rate, above=int(first)) for rate in _rates_in(tier))


@cache
def _meaning(key: str) -> _Meaning | None:
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    above = int(found["thousands"] or 0) * 1000
    return _Meaning(_KINDS[found["price"]], above, found["tier"], found["hour"] is not None)
