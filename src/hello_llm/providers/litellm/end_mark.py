"""Looks in a streamed answer for the server's own mark that it is complete."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

REASON_KEYS = ("finish_reason", "finishReason", "stop_reason", "done_reason")
"""The keys under which the vendors say why a reply ended."""

_MARK = re.compile(rb'"(?:%s)"\s*:\s*"|"done"\s*:\s*true' % "|".join(REASON_KEYS).encode())
"""Never matches inside a text: there JSON has a backslash before each quotation mark."""
_LONGEST_MARK = 64


@dataclass(slots=True)
class EndMark:
    """Watches the bytes of one answer; LiteLLM makes up a reason for some vendors' streams."""

    seen: bool = False
    """True once the mark was there."""
    _rest: bytes = b""

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass `chunks` on unchanged."""
        for chunk in chunks:
            if not self.seen:
                text = self._rest + chunk
                self.seen = _MARK.search(text) is not None
                self._rest = text[-_LONGEST_MARK:]
            yield chunk
