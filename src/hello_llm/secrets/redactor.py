"""Redacts secrets in text."""

from collections.abc import Iterable

from hello_llm.secrets.known import KnownSecrets
from hello_llm.secrets.shapes import likely_keys

REDACTED = "[redacted]"


class Redactor:
    """Replaces each known secret, in any encoded form, and anything that looks like a key."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Redact `secrets`, except those under 6 characters: they would match ordinary words."""
        self._known = KnownSecrets(list(secrets))

    def __call__(self, text: str) -> str:
        """Return `text` with ``[redacted]`` in place of each secret, even a truncated one."""
        spans = sorted([*self._known.spans(text), *likely_keys(text)])
        kept, at = [], 0
        for start, end in spans:
            if start >= at:
                kept.append(text[at:start])
            at = max(at, end)
        return REDACTED.join([*kept, text[at:]])
