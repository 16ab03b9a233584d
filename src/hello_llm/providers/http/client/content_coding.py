"""Decompresses a body as it arrives, including gzip data with several members."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hello_llm.providers.http.protocols.piece import UnreadableAnswerError

if TYPE_CHECKING:
    import httpx

_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"
_GZIP_NAMES = frozenset({"gzip", "x-gzip"})
_MOST_AT_ONCE = 2**16
"""How many bytes to decompress at a time, so that the caller can check the total."""


def unpacked(response: "httpx.Response") -> Iterator[bytes]:
    """Yield the decompressed body of `response`; httpx would read only the first gzip member.

    Raises:
        UnreadableAnswerError: the body is not gzip, although its header says so.
    """
    codings = response.headers.get("content-encoding", "").lower().split(",")
    if _GZIP_NAMES.issuperset(coding.strip() for coding in codings):
        chunks = response.iter_raw()
        for _ in codings:
            chunks = _members(chunks)
        yield from _readable(chunks)
    else:
        yield from response.iter_bytes()


def _members(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress the members of a gzip file, and ignore any other data after the last one."""
    member = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        rest, more = chunk, False
        while rest or more:
            if member.eof:
                rest = rest.lstrip(b"\0")
                if not rest.startswith(_MAGIC[: len(rest)]) or not rest:
                    return
                member = zlib.decompressobj(_GZIP)
            data = member.decompress(rest, _MOST_AT_ONCE)
            yield data
            rest = member.unused_data if member.eof else member.unconsumed_tail
            more = len(data) == _MOST_AT_ONCE and not member.eof


def _readable(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except zlib.error:
        raise UnreadableAnswerError("a body that is not gzip, as its header says,") from None
