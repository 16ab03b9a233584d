"""Joins surrogate pairs that were split across two pieces of text."""

import codecs

_SURROGATES = ("surrogatepass", "replace")


class SurrogateJoiner:
    """Passes text on piece by piece, joining surrogate pairs that were split between pieces.

    An unpaired half is kept, or becomes U+FFFD with ``replace=True``.
    """

    def __init__(self, *, replace: bool = False) -> None:
        """Start at the beginning of a text."""
        self._decoder = codecs.getincrementaldecoder("utf-16-le")(_SURROGATES[replace])
        self._between_halves = False

    def feed(self, text: str) -> str:
        """Return `text`, preceded by any half held back, and hold back a first half at its end."""
        if not self._between_halves and not _has_surrogate(text):
            return text
        joined = self._decoder.decode(text.encode("utf-16-le", "surrogatepass"))
        self._between_halves = bool(self._decoder.getstate()[0])
        return joined

    def close(self) -> str:
        """Return the half held back, if any; nothing can be fed afterwards."""
        return self._decoder.decode(b"", final=True)


def join_surrogates(text: str) -> str:
    """Return the whole `text` with its surrogate pairs joined."""
    joiner = SurrogateJoiner()
    return joiner.feed(text) + joiner.close()


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
