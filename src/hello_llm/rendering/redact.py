"""Takes secrets out of what is said about a call."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"
_SHORTEST_SECRET = 6
_SHORTEST_BASE64 = 8

# What a key looks like, whoever issued it; group 1, where there is one, is kept.
_PATTERNS = re.compile(
    r"""
    \b(?:sk|pk|rk)[-_][\w*.-]{8,}               # OpenAI, Anthropic, OpenRouter, also half masked
  | \b(?:gsk|hf|xai|r8|nvapi|pplx|ghp|gho|ghs)[-_][\w-]{8,}
  | \bgithub_pat_\w{8,}
  | \bAIza[\w-]{16,}                            # Google
  | \b(?:AKIA|ASIA)[A-Z0-9]{12,}                # Amazon
  | \beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?      # JSON Web Token
  | (?i:\b(bearer\s+))[^\s"',;]{6,}
  | (?i:\b((?:x-)?api[-_]?key["']?\s*[=:]\s*["']?))[^\s"'&,;]{6,}
  | (://[^\s/@:]+:)[^\s/@]+(?=@)                # a password in an address
    """,
    re.VERBOSE,
)


class Redactor:
    """Replaces each known secret, in any form it travels in, and whatever looks like a key."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know `secrets`; one of fewer than 6 characters would take ordinary words with it."""
        forms = {
            form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)
        }
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """Return `text` with ``[redacted]`` in the place of each secret."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        return _PATTERNS.sub(
            lambda match: (match[match.lastindex or 0] if match.lastindex else "") + REDACTED, text
        )


def _forms(secret: str) -> set[str]:
    encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    lower = {re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), form) for form in encoded}
    return {secret} | encoded | lower | _base64_forms(secret.encode("utf-8", "surrogatepass"))


def _base64_forms(secret: bytes) -> set[str]:
    """Return how `secret` shows in base64, alone or behind anything (``user:`` and the like).

    Three bytes become four characters, so what stands before decides between three forms; the
    characters at the ends that also depend on the neighbours are left off.
    """
    forms = {base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()}
    for before in range(3):
        whole = base64.urlsafe_b64encode(bytes(before) + secret).decode()
        bits = 8 * (before + len(secret))
        inner = whole[-(-8 * before // 6) : bits // 6]
        if len(inner) >= _SHORTEST_BASE64:
            forms |= {inner, inner.replace("-", "+").replace("_", "/")}
    return forms
