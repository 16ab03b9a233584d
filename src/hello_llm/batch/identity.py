"""What makes two runs parts of one batch: the same input, and settings that give the same answers.

Long texts are kept as digests: the file lies beside the output, and says no more than that does.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from hello_llm.batch.reading import Rows
from hello_llm.settings.fields import Settings
from hello_llm.text import phrases

SCHEMA = "hello-llm.batch-state/1"

_SETTINGS = (
    "provider",
    "model",
    "fallback",
    "require_model",
    "api_base",
    "script",
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "stop",
    "fail_on_length",
)
"""The settings that decide what the answers are; the others may change between two runs."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What all runs of a batch have in common."""

    rows: int
    """The number of rows."""
    sha256: str
    """The digest of the input."""
    prompt: str | None
    """The digest of the prompt for all rows."""
    system: str | None
    """The digest of the instructions for the model."""
    settings: Mapping[str, Any]
    """The settings that decide what the answers are, as JSON has them."""

    @classmethod
    def of(cls, rows: Rows, settings: Settings) -> Self:
        """Return the identity of a batch that asks `rows` under `settings`."""
        template = rows.template
        return cls(
            rows=rows.count,
            sha256=rows.digest,
            prompt=None if template is None else _digest(template.text),
            system=None if settings.system is None else _digest(settings.system),
            settings={key: _plain(getattr(settings, key)) for key in _SETTINGS},
        )

    def differences(self, earlier: "Identity") -> Iterator[str]:
        """Say in what this one differs from `earlier`."""
        if (self.rows, self.sha256) != (earlier.rows, earlier.sha256):
            counts = f" ({earlier.rows} rows, now {self.rows})" if self.rows != earlier.rows else ""
            yield f"the input is another{counts}"
        for name, flag in (("prompt", "--prompt"), ("system", "--system")):
            if getattr(self, name) != getattr(earlier, name):
                yield f"{flag} is another"
        for key in _SETTINGS:
            now, before = self.settings.get(key), earlier.settings.get(key)
            if now != before:
                yield f"{key} was {_shown(before)}, and is {_shown(now)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if value is None or value == []:
        return "not set"
    if isinstance(value, list):
        return phrases.listed(phrases.quoted(str(one)) for one in value)
    return phrases.value(value)
