"""Limits how much LiteLLM sees of a response with an error status."""

from collections.abc import Iterator

_SHOWN = 2 * 2**10
"""How many bytes LiteLLM gets.

LiteLLM searches them for secrets in quadratic time while holding the GIL, so more of them would
block deadlines and Ctrl-C. Everything that matters for an error has been read before."""

_READ = 256 * 2**10
"""How many bytes to read before ignoring the rest."""


def beginning(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the beginning of the body that arrives in `chunks`."""
    size = 0
    for chunk in chunks:
        yield chunk[: max(0, _SHOWN - size)]
        size += len(chunk)
        if size >= _READ:
            return
