"""The name of a model: always ``VENDOR/MODEL``, checked before anything is imported or sent."""

import re
from dataclasses import dataclass
from typing import Self

from hello_llm.contract import UsageError
from hello_llm.contract.vendors import LOCAL_VENDORS, VENDORS

_FAMILIES = (
    (r"gpt-oss", "ollama"),
    (r"gpt|o\d|chatgpt", "openai"),
    (r"claude", "anthropic"),
    (r"gemini", "gemini"),
    (r"mi[sx]tral|codestral|ministral|magistral|devstral", "mistral"),
    (r"deepseek-(chat|reasoner)", "deepseek"),
    (r"grok", "xai"),
    (r"command", "cohere"),
    (r"sonar", "perplexity"),
    (r"smollm", "local"),
    (r"llama|qwen|phi|gemma|deepseek", "ollama"),
)
"""The most likely vendor for a bare model name; only ever suggested, never assumed."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A vendor-qualified model, split at its first slash."""

    vendor: str
    """The vendor prefix, such as ``openai``."""
    name: str
    """The vendor's own name for the model; it may contain more slashes."""

    @classmethod
    def parse(cls, text: str, flag: str = "--model") -> Self:
        """Split `text` into vendor and name; `flag` is the option that hints refer to.

        Raises:
            UsageError: `text` lacks a vendor or a model, or its vendor is unknown.
        """
        vendor, slash, name = text.partition("/")
        if not slash:
            raise UsageError(f"model {text!r} has no vendor prefix", _suggest_vendor(text, flag))
        if vendor not in VENDORS | LOCAL_VENDORS:
            raise UsageError(
                f"unknown vendor {vendor!r} in model {text!r}",
                _suggest_spelling(vendor, name, flag),
            )
        if not name.strip():
            raise UsageError(f"model {text!r} names a vendor but no model", f"{flag} {vendor}/NAME")
        return cls(vendor, name)

    def __str__(self) -> str:
        return f"{self.vendor}/{self.name}"


def _suggest_vendor(name: str, flag: str) -> str:
    if ":" in name:
        return f"{flag} ollama/{name}"
    for pattern, vendor in _FAMILIES:
        if re.match(pattern, name, re.IGNORECASE):
            return f"{flag} {vendor}/{name}"
    return f"write VENDOR/MODEL, such as {flag} openai/gpt-4o-mini or {flag} ollama/qwen2.5:0.5b"


def _suggest_spelling(vendor: str, name: str, flag: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(vendor.lower(), VENDORS | LOCAL_VENDORS, n=1)
    if near:
        return f"{flag} {near[0]}/{name}"
    return f"{flag} openai/… or ollama/…; the documentation lists the vendors"
