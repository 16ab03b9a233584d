"""Prepares texts for a report: removes secrets, sanitizes them and limits their length."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hello_llm.contract import HelloLLMError, LLMReply

LONGEST = 2000
"""Maximum characters of one text in a report; the JSON report contains texts in full."""

_LONGEST_LINE = 200


class ReplyDocument(Protocol):
    """Makes the document of one call, as ``hello-llm chat --json`` prints it."""

    def __call__(
        self,
        reply: LLMReply | None,
        error: HelloLLMError | None = None,
        *,
        provider: str | None = None,
        model: str | None = None,
    ) -> dict[str, Any]:
        """Return the document; `provider` and `model` are used only if there is no reply."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Prepares texts from a model, a server or a file for a report, and whole replies."""

    redact: Callable[[str], str]
    """Removes secrets."""
    sanitize: Callable[[str], str]
    """Makes control and invisible characters visible."""
    document: ReplyDocument
    """Makes the document of a reply, for reports that contain whole replies."""

    def whole(self, text: str) -> str:
        """Return the whole `text`, sanitized and without secrets."""
        return self.sanitize(self.redact(text))

    def block(self, text: str) -> str:
        """Return the first 2,000 characters of :meth:`whole`, and how many more follow."""
        return shortened(self.whole(text))

    def line(self, text: str) -> str:
        """Return :meth:`whole` on one line, shortened to about 200 characters."""
        return shortened(" ".join(self.whole(text).split()), _LONGEST_LINE)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the first `longest` characters of `text`, and how many more follow."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"
