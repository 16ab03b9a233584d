"""Bounds what LiteLLM sees of an answer with an error status."""

from collections.abc import Iterator

_SHOWN = 2 * 2**10
"""Bytes that LiteLLM gets. It looks for secrets in them, in the square of the time and holding the
lock of the interpreter, so that neither a deadline nor Ctrl-C would be obeyed; all that counts for
an error was read before."""

_READ = 256 * 2**10
"""Bytes after which nothing more is read."""


def beginning(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the beginning of the body that comes in `chunks`."""
    size = 0
    for chunk in chunks:
        yield chunk[: max(0, _SHOWN - size)]
        size += len(chunk)
        if size >= _READ:
            return
