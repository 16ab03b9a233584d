"""Takes secrets out of texts."""

from collections.abc import Iterable

from hello_llm.secrets.known import KnownSecrets
from hello_llm.secrets.shapes import likely_keys

REDACTED = "[redacted]"


class Redactor:
    """Replaces each known secret, in any form it travels in, and whatever looks like a key."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know `secrets`; one of fewer than 6 characters would take ordinary words with it."""
        self._known = KnownSecrets(list(secrets))

    def __call__(self, text: str) -> str:
        """Return `text` with ``[redacted]`` in the place of each secret, also of one cut short."""
        spans = sorted([*self._known.spans(text), *likely_keys(text)])
        kept, at = [], 0
        for start, end in spans:
            if start >= at:
                kept.append(text[at:start])
            at = max(at, end)
        return REDACTED.join([*kept, text[at:]])
