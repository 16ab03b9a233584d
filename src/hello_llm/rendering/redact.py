"""Takes secrets out of what is said about a call."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property

REDACTED = "[redacted]"
_SHORTEST_SECRET = 6
_SHORTEST_BASE64 = 8

# What a key looks like, whoever issued it; group 1, where there is one, is kept.
_PATTERNS = re.compile(
    r"""
    \b(?:sk|pk|rk)[-_][\w*.-]{8,}               # OpenAI, Anthropic, OpenRouter, also half masked
  | \b(?:csk|fw|gsk|hf|xai|r8|nvapi|pplx|gh[pousr]|glpat|xox[abprs])[-_][\w-]{8,}
  | \bgithub_pat_\w{8,}
  | \bAIza[\w-]{16,}                            # Google
  | \bya29\.[\w-]{8,}                           # Google OAuth
  | \b(?:AKIA|ASIA)[A-Z0-9]{12,}                # Amazon
  | \beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?      # JSON Web Token
  | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[^"']*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|(?=["'])|\Z)
  | (?i:\b(bearer\s+))[^\s"',;]{6,}
  | (?i:\b(authorization["']?\s*[=:]\s*["']?basic\s+))[^\s"',;]{6,}
  | (?i:\b((?:x-)?api[-_]?key["']?\s*[=:]\s*["']?))[^\s"'&,;]{6,}
  | (://(?:[^\s/@:"'<>]*:)?)[^\s/"'<>]+(?=@)    # a password in an address
    """,
    re.VERBOSE,
)

# Where somebody shortened a text or masked a key: what is before it may be the half of a secret.
_CUT = re.compile(r"(?=…|\.\.\.)|\*\*[\w*-]*")

_HTML_NAMES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

Form = Sequence[str]
"""A secret as it may be written: an expression for each of its characters."""


class Redactor:
    """Replaces each known secret, in any form it travels in, and whatever looks like a key."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know `secrets`; one of fewer than 6 characters would take ordinary words with it."""
        stripped = {secret.strip() for secret in secrets}
        self._secrets = [secret for secret in stripped if len(secret) >= _SHORTEST_SECRET]

    def __call__(self, text: str) -> str:
        """Return `text` with ``[redacted]`` in the place of each secret, also of one cut short."""
        return _PATTERNS.sub(
            lambda match: (match[match.lastindex or 0] if match.lastindex else "") + REDACTED,
            self._without_known(text),
        )

    @cached_property
    def _forms(self) -> list[Form]:
        return [form for secret in self._secrets for form in _forms(secret)]

    @cached_property
    def _heads(self) -> re.Pattern[str]:
        """Finds the places where a form may begin."""
        heads = {"".join(form[:_SHORTEST_SECRET]) for form in self._forms}
        return re.compile(f"(?={'|'.join(sorted(heads))})")

    def _without_known(self, text: str) -> str:
        if not self._secrets:
            return text
        kept, at = [], 0
        for head in self._heads.finditer(text):
            if head.start() < at:
                continue
            end = max(_end(form, text, head.start()) for form in self._forms)
            if end > head.start():
                kept.append(text[at : head.start()])
                at = end
        return REDACTED.join([*kept, text[at:]])


def _end(form: Form, text: str, start: int) -> int:
    """Return where `form` ends that begins at `start` of `text`; `start` itself if it does not."""
    at = start
    for read, character in enumerate(form):
        match = _compiled(character).match(text, at)
        if match is None:
            cut = _CUT.match(text, at) if read >= _SHORTEST_SECRET else None
            return start if cut is None else cut.end()
        at = match.end()
    return at


def _forms(secret: str) -> Iterable[Form]:
    """Yield `secret` itself and what it is in base64, character by character."""
    encoded = _base64_forms(secret.encode("utf-8", "surrogatepass"))
    for form in (re.sub(r"\s+", " ", secret), *encoded):
        yield [_written(character) for character in form]


@cache
def _written(character: str) -> str:
    """Return an expression for `character` plain, or as an address, JSON or HTML has it."""
    if character == " ":  # messages are put on one line before they come here
        return r"(?:\s|\+|%20|%0[AaDd]|%09|\\[nrt])+"
    if character.isascii() and character.isalnum():
        return character
    code, utf8 = ord(character), character.encode("utf-8", "surrogatepass")
    ways = {
        "".join(f"%{byte:02X}" for byte in utf8),
        json.dumps(character)[1:-1],
        f"u{code:04x}",
        f"&{_HTML_NAMES.get(character, f'#{code}')};",
        f"&#{code};",
        f"&#x{code:x};",
        character,
    }
    longest_first = sorted(ways, key=len, reverse=True)
    # A text within a text has each backslash doubled.
    return rf"(?i:\\*(?:{'|'.join(map(re.escape, longest_first))}))"


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _base64_forms(secret: bytes) -> set[str]:
    """Return how `secret` shows in base64, alone or behind anything (``user:`` and the like).

    Three bytes become four characters, so what stands before decides between three forms; the
    characters at the ends that also depend on the neighbours are left off.
    """
    import base64  # noqa: PLC0415 - few runs have something to redact

    forms = {base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()}
    for before in range(3):
        whole = base64.urlsafe_b64encode(bytes(before) + secret).decode()
        bits = 8 * (before + len(secret))
        inner = whole[-(-8 * before // 6) : bits // 6]
        if len(inner) >= _SHORTEST_BASE64:
            forms |= {inner, inner.replace("-", "+").replace("_", "/")}
    return forms
