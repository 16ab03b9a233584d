"""The keys of a script: where each is allowed, and which values it takes."""

import re
from collections.abc import Mapping

from hello_llm.toml_file.checker import Checked
from hello_llm.toml_file.kinds import (
    Boolean,
    Choice,
    Integer,
    Number,
    Prose,
    Text,
    TextList,
    UnfitError,
)

_MOST = 10**9


class Pattern(Text):
    """A regular expression."""

    def check(self, given: object) -> str:
        """Return `given` if it is a regular expression that compiles."""
        text = super().check(given)
        try:
            re.compile(text)
        except re.error as error:
            raise UnfitError(f"is not a regular expression: {error}") from None
        return text


class Chunks(TextList):
    """A list of texts, some of which may be empty."""

    def _item(self, item: object) -> str:
        return Prose().check(item)


TOP_LEVEL: Mapping[str, Checked] = {"time": Choice(("real", "virtual"))}
MATCH: Mapping[str, Checked] = {
    "name": Text(),
    "contains": Text(),
    "regex": Pattern(),
    "system": Text(),
    "model": Text(),
    "turn": Integer(1, _MOST),
    "optional": Boolean(),
    "then": Choice(("repeat", "error")),
}
"""Keys of a rule: its name and conditions, and what happens after its last reply."""
FAULT: Mapping[str, Checked] = {
    "after_chunks": Integer(0, _MOST),
    "times": Integer(0, _MOST),
    "probability": Number(0, 1),
    "seed": Integer(-(2**63), 2**63 - 1),
}
"""Keys that are only valid next to ``fault``."""
REPLY: Mapping[str, Checked] = {
    "text": Prose(),
    "chunks": Chunks('a list of texts such as ["Hel", "lo"]'),
    "reasoning": Prose(),
    "finish_reason": Choice(("stop", "length", "tool_calls", "content_filter")),
    "model_served": Prose(),
    "chunk_delay": Number(0, 86400),
    "fault": Text(),
    **FAULT,
}
TABLES = ("usage", "tool_calls")
"""Keys of a reply that contain tables."""
USAGE: Mapping[str, Checked] = dict.fromkeys(
    ("tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "usd_micros"),
    Integer(0, 10**15),
)
TOOL_CALL: Mapping[str, Checked] = {"id": Text(), "name": Prose(), "arguments": Prose()}
