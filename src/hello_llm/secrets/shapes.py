"""The one table of the shapes of keys, for all issuers."""

import re
from collections.abc import Iterator
from functools import cached_property

Span = tuple[int, int]
"""The start and end offsets of something in a text."""


class Shape:
    """The shape of one kind of key.

    A plain class: every run creates these, and data classes are slow to create. For the same
    reason, a pattern is compiled only once one of its marks is found.
    """

    def __init__(self, kind: str, marks: tuple[str, ...], key: str, certain: str = "") -> None:
        """Describe a kind of key.

        Args:
            kind: the issuer of the keys, or what they are.
            marks: lower-case texts, one of which occurs in or around every such key.
            key: a pattern that finds likely keys; its group ``key`` is the key, and a match without
                that group is not a key. A search restarts at each character: to take linear time,
                the pattern must give up within a few characters, or consume what it examined.
            certain: a pattern for a beginning of a key that nobody would write by chance, in a
                prompt or as the name of a model; empty if there is no such beginning.
        """
        self.kind = kind
        self.marks = marks
        self.key = key
        self.certain = certain

    @cached_property
    def _key(self) -> re.Pattern[str]:
        return re.compile(self.key)

    @cached_property
    def _certain(self) -> re.Pattern[str]:
        return re.compile(self.certain)

    def spans(self, text: str, lowered: str) -> Iterator[Span]:
        """Yield the spans of likely keys in `text`; `lowered` is `text` in lower case."""
        if any(mark in lowered for mark in self.marks):
            for match in self._key.finditer(text):
                if match["key"] is not None:
                    yield match.span("key")

    def is_in(self, text: str, lowered: str) -> bool:
        """Return whether `text` certainly contains such a key; `lowered` is its lower-case form."""
        if not self.certain:
            return False
        return any(self._certain.match(text, start) for start, _ in self.spans(text, lowered))


def _token(kind: str, prefix: str, certain: str) -> Shape:
    """Return the shape of a key that begins with `prefix`, followed by letters and digits."""
    marks = (f"{prefix}-", f"{prefix}_")
    return Shape(kind, marks, rf"\b(?P<key>{prefix}[-_][\w-]{{8,}})", certain)


def _mixed(prefix: str) -> str:
    """Return a pattern for a certain key: long, with a digit or a capital letter in it."""
    return rf"{prefix}(?=\w*[0-9A-Z])[A-Za-z0-9]{{20,}}"


_PEM = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_PEM_END = _PEM.replace("BEGIN", "END")

SHAPES = (
    Shape(  # also partly masked, as OpenAI quotes them
        "OpenAI, Anthropic, OpenRouter, Stripe",
        ("sk-", "sk_", "pk-", "pk_", "rk-", "rk_"),
        r"\b(?P<key>(?:sk|pk|rk)[-_][\w*.-]{7,}[\w*-])",
        r"(?<![\w-])sk-(?=[\w-]*[0-9A-Z])[\w-]{16,}|\Ask-[\w-]{8,}\Z",
    ),
    Shape("Google", ("aiza",), r"\b(?P<key>AIza[\w-]{16,})", r"AIza[\w-]{30,}"),
    Shape("Google OAuth", ("ya29.",), r"\b(?P<key>ya29\.[\w-]{8,})", r"ya29\.[\w-]{20,}"),
    _token("Groq", "gsk", _mixed("gsk_")),
    _token("Hugging Face", "hf", _mixed("hf_")),
    _token("xAI", "xai", _mixed("xai-")),
    _token("Perplexity", "pplx", _mixed("pplx-")),
    _token("NVIDIA", "nvapi", r"nvapi-(?=[\w-]*[0-9A-Z])[\w-]{20,}"),
    _token("Cerebras", "csk", r"csk-(?=\w*[0-9])[a-z0-9]{20,}"),
    _token("Replicate", "r8", _mixed("r8_")),
    _token("Fireworks", "fw", _mixed("fw_")),
    *(_token("GitHub", f"gh{kind}", _mixed(f"gh{kind}_")) for kind in "pousr"),
    Shape(
        "GitHub, fine-grained",
        ("github_pat_",),
        r"\b(?P<key>github_pat_\w{8,})",
        r"github_pat_\w{20,}",
    ),
    _token("GitLab", "glpat", r"glpat-[\w-]{20,}"),
    *(_token("Slack", f"xox{kind}", rf"xox{kind}-[\w-]{{10,}}") for kind in "abprs"),
    Shape(
        "Amazon",
        ("akia", "asia"),
        r"\b(?P<key>(?:AKIA|ASIA)[A-Z0-9]{12,})",
        r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    ),
    Shape(
        "JSON Web Token",
        ("eyj",),
        r"\b(?P<key>eyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+)?)|\beyJ[\w-]++",
        r"eyJ[\w-]{8,}\.[\w-]{8,}\.",
    ),
    Shape(
        "private key",
        ("private key",),
        rf"(?P<key>{_PEM}[^\"']*?(?:{_PEM_END}|(?=[\"'])|\Z))",
        _PEM,
    ),
    Shape(
        "Authorization: Bearer",
        ("bearer",),
        r"(?i:\bbearer\s++)(?P<key>[^\s\"',;]{6,})",
        r"(?<= )(?=\S*[0-9])[\w.~+/-]{16,}",
    ),
    Shape(
        "Authorization: Basic",
        ("authorization",),
        r"(?i:\bauthorization[\"']?\s*+[=:]\s*+[\"']?basic\s++)(?P<key>[^\s\"',;]{6,})",
    ),
    Shape(
        "API key in a header, an address or JSON",
        ("api-key", "api_key", "apikey"),
        r"(?i:\b(?:x-)?api[-_]?key[\"']?\s*+[=:]\s*+[\"']?)(?P<key>[^\s\"'&,;]{6,})",
    ),
    Shape(
        "password in an address",
        ("://",),
        r"://(?:[^\s/@:\"'<>]*+:)?(?P<key>[^\s/\"'<>]+(?=@))",
    ),
    Shape(
        "password in an address that was cut short",
        ("…",),
        r"://[^\s/@:\"'<>\[]*+:(?!\d{0,5}…)(?P<key>[^\s/\"'<>@…]++(?=…))",
    ),
)
"""Every kind of key."""


def likely_keys(text: str) -> list[Span]:
    """Return the spans in `text` that look like keys; errs on the side of too many."""
    lowered = text.lower()
    return [span for shape in SHAPES for span in shape.spans(text, lowered)]


def looks_like_secret(text: str) -> bool:
    """Return whether `text` certainly contains a key, token or password."""
    text = text.strip()
    lowered = text.lower()
    return any(shape.is_in(text, lowered) for shape in SHAPES)
