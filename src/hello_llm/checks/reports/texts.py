"""Makes any text fit for a report: without secrets, harmless, and of a bounded length."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hello_llm.contract import HelloLLMError, LLMReply

LONGEST = 2000
"""Characters of one text in a report; the JSON report holds texts whole."""

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
        """Return the document of `reply` and `error`; the rest is for when there is no reply."""


@dataclass(frozen=True, slots=True)
class Texts:
    """How texts that came from a model, a server or a file go into a report, and whole replies."""

    redact: Callable[[str], str]
    """Takes secrets out."""
    sanitize: Callable[[str], str]
    """Makes visible what could act on a terminal or hide in the text."""
    document: ReplyDocument
    """Makes the document of a reply, for reports that hold all of it."""

    def whole(self, text: str) -> str:
        """Return `text` without secrets and harmless."""
        return self.sanitize(self.redact(text))

    def block(self, text: str) -> str:
        """Return :meth:`whole` of `text`, its first 2,000 characters and how many follow."""
        return shortened(self.whole(text))

    def line(self, text: str) -> str:
        """Return :meth:`whole` of `text` on one line of about 200 characters at most."""
        return shortened(" ".join(self.whole(text).split()), _LONGEST_LINE)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the first `longest` characters of `text`, and how many follow."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"
