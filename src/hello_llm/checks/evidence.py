"""What an answer is judged by, and how a shortfall is told."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hello_llm.contract import LLMReply

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """A complete reply, and where and how long it may be judged."""

    reply: LLMReply
    """The reply."""
    folder: Path
    """The folder of the suite, where programs that judge are started."""
    patience_s: float
    """Seconds that such a program may take; 0 sets no limit."""

    @property
    def text(self) -> str:
        """The answer."""
        return self.reply.text


class Shortfall(NamedTuple):
    """How an answer falls short, for a reader."""

    expected: str
    """What was expected."""
    got: str
    """What came instead."""


def excerpt(text: str) -> str:
    """Return the first 500 characters of `text`, or a phrase for none."""
    if not text:
        return "an empty answer"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def as_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return `value` as JSON text, shortened."""
    return excerpt(json.dumps(value, ensure_ascii=False, default=str))
