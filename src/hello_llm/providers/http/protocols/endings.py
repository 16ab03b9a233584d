"""Classifies the many finish reasons that servers give."""

import re
from enum import Enum, auto


class Ending(Enum):
    """The meaning of a server's finish reason."""

    STOP = auto()
    """The model finished its reply."""
    LENGTH = auto()
    """A token limit was reached."""
    TOOL_CALLS = auto()
    """The model is waiting for the results of its tools."""
    FILTERED = auto()
    """A filter, or the model itself, stopped the reply."""
    BROKEN = auto()
    """The server aborted the reply."""


_EXACT = {
    "error_limit": Ending.LENGTH,  # Cohere: the context is full
    "language": Ending.FILTERED,  # Gemini
    "other": Ending.STOP,
    "repetition_truncation": Ending.STOP,
}
"""Reasons whose words are misleading."""

_WORDS = (
    (
        Ending.FILTERED,
        """
        block blocked blocklist censored content_filter contentfilter filter filtered guardrail
        guardrails harmful moderated moderation policy prohibited recitation refusal refused risk
        risky safety sensitive spii toxic unsafe violation
        """,
    ),
    (
        Ending.BROKEN,
        """
        abort aborted cancel canceled cancelled crash crashed disconnect disconnected error errored
        exception fail failed failure insufficient interrupt interrupted killed malformed network
        overloaded preempted shutdown timeout timedout unavailable unexpected
        """,
    ),
    (
        Ending.LENGTH,
        """
        budget context exceeded incomplete length limit max maxtokens tokens truncated truncation
        window
        """,
    ),
    (Ending.TOOL_CALLS, "function functions tool tools"),
)
"""The words that identify each meaning; the first meaning that matches wins."""

_MEANINGS = tuple((ending, frozenset(words.split())) for ending, words in _WORDS)
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


def ending_of(reason: str) -> Ending:
    """Interpret a finish reason in any spelling; an unknown one means ``STOP``.

    >>> ending_of("MAX_TOKENS"), ending_of("contentFilter"), ending_of("eos")
    (<Ending.LENGTH: 2>, <Ending.FILTERED: 4>, <Ending.STOP: 1>)
    """
    spelled = re.sub(r"[^a-z0-9]+", "_", _WORD_START.sub("_", reason).lower()).strip("_")
    if spelled in _EXACT:
        return _EXACT[spelled]
    words = {spelled, *spelled.split("_")}
    return next((ending for ending, known in _MEANINGS if known & words), Ending.STOP)
