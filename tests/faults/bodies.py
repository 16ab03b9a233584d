"""The rest of the table Status: answers of 200 whose body is no reply."""

import gzip
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERYWHERE,
    MAIN,
    SSE,
    TEXT,
    Fault,
    Outcome,
    Play,
)
from tests.servers import Script
from tests.servers.dialect import to_json

_JSON = "application/json"
_PAGE = b"<html><body>Please log in to the hotel's network</body></html>"
_GIGABYTE = 2**30
_BLOCK = b"a" * 2**20
_UMLAUTS = "Grüße"
_LATIN = {"ü": b"\xfc", "ß": b"\xdf"}
_MOST_MIB = 400


def _body(body: bytes, kind: str = _JSON) -> Play:
    return lambda exchange: exchange.respond(200, body, kind)


def _error(status: int, message: str, code: object) -> Play:
    """Return the vendor's error object under a status that promises a reply."""

    def play(exchange: Exchange) -> None:
        dialect = exchange.protocol.dialect
        body = dialect.error(status, message)
        if exchange.protocol.name in {"openai", "mistral", "responses"}:
            kind = "invalid_request_error"
            body = to_json({"error": {"message": message, "type": kind, "code": code}})
        exchange.respond(200, body, _JSON)

    return play


def _beginning(exchange: Exchange) -> bytes:
    """Return a reply up to the middle of its text, framed as it was asked for."""
    script = Script(chunks=(TEXT,))
    whole = b"".join(exchange.frames(script)) if exchange.stream else exchange.whole(script)
    return whole[: whole.index(TEXT.encode())]


def _endless(exchange: Exchange) -> None:
    exchange.begin(None if exchange.stream else _JSON)
    exchange.send(_beginning(exchange))
    for _ in range(_GIGABYTE // len(_BLOCK)):
        exchange.send(_BLOCK)
    exchange.finish()


def _bomb(exchange: Exchange) -> None:
    gzipped = (("Content-Encoding", "gzip"),)
    exchange.begin(None if exchange.stream else _JSON, gzipped)
    for piece in _exploding(_beginning(exchange)):
        exchange.send(piece)
    exchange.finish()


def _exploding(beginning: bytes) -> Iterator[bytes]:
    """Yield a gzip file of `beginning` and a gigabyte of the letter a: 1 MB as it is sent."""
    header = gzip.compress(b"")[:10]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield header + packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(_GIGABYTE // len(_BLOCK)):
        yield _packed_block()


@cache
def _packed_block() -> bytes:
    """Return a block packed so that it can follow itself: it looks back at nothing before it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(_BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)


def _too_short(exchange: Exchange) -> None:
    """Promise more bytes than come, and cut what comes before its end."""
    script = Script(end="fin")
    if exchange.stream:
        body, kind = b"".join(exchange.frames(script)), exchange.protocol.dialect.stream_type
    else:
        body, kind = exchange.whole(script)[:-20], _JSON
    exchange.respond(200, body, kind, promised=1000)
    exchange.hang_up()


def _not_gzip(exchange: Exchange) -> None:
    kind = exchange.protocol.dialect.stream_type if exchange.stream else _JSON
    body = b"\x1f\x8b\x08\x00" + b"this was never compressed" * 20
    exchange.respond(200, body, kind, (("Content-Encoding", "gzip"),))


def _in_latin_1(exchange: Exchange) -> None:
    script = Script(chunks=(_UMLAUTS,))
    kind = exchange.protocol.dialect.stream_type if exchange.stream else _JSON
    body = b"".join(exchange.frames(script)) if exchange.stream else exchange.whole(script)
    for letter, byte in _LATIN.items():
        body = body.replace(letter.encode(), byte)
    exchange.respond(200, body, f"{kind}; charset=utf-8")


def _broken(**more: Any) -> Outcome:
    return Outcome(exit_code=ExitCode.BROKEN_REPLY, **({"hides": ("<html", "KeyError")} | more))


def _fault(
    name: str, meaning: str, play: Play, outcome: Outcome | None = None, **more: Any
) -> Fault:
    outcome = outcome or _broken()
    more = {"protocols": EVERYWHERE} | more
    return Fault(name=name, group="status", meaning=meaning, play=play, outcome=outcome, **more)


FAULTS = (
    _fault(
        "200-error-body",
        "an error object: the key is wrong",
        _error(401, "Incorrect API key provided", "invalid_api_key"),
        Outcome(exit_code=ExitCode.AUTH, says=("Incorrect API key provided",)),
        protocols=SSE,
    ),
    _fault(
        "200-error-body",
        "an error object: too many requests",
        _error(429, "Rate limit exceeded", 429),
        Outcome(exit_code=ExitCode.RATE_LIMITED, attempts=3, says=("Rate limit exceeded",)),
        variant="429",
        protocols=SSE,
    ),
    _fault("200-html", "a page", _body(_PAGE, "text/html")),
    _fault("200-empty", "no body", _body(b"")),
    _fault("204", "no content", lambda exchange: exchange.respond(204, b"", _JSON)),
    _fault("bad-json", "JSON that breaks off", _body(b'{"choices": [{"message": {"content": "He')),
    _fault("wrong-shape", "JSON that is not a reply", _body(b'{"hello": ["world", 1, null]}')),
    _fault(
        "wrong-shape",
        "JSON with the right keys and the wrong values",
        _body(b'{"choices": [null], "content": 7, "message": "hi", "candidates": {"content": []}}'),
        variant="deep",
    ),
    _fault(
        "huge-body",
        "a gigabyte of text in one piece",
        _endless,
        _broken(memory_mib=_MOST_MIB),
        protocols=MAIN,
        forms=("ndjson", "whole"),
    ),
    _fault(
        "gzip-bomb",
        "a megabyte that unpacks to a gigabyte",
        _bomb,
        _broken(memory_mib=_MOST_MIB),
        protocols=MAIN,
        forms=("ndjson", "whole"),
    ),
    _fault(
        "content-length-long",
        "promises more bytes than come",
        _too_short,
        _broken(kept=(TEXT,), kept_whole=("",)),
        protocols=MAIN,
    ),
    _fault("bad-gzip", "says gzip and is not", _not_gzip, protocols=MAIN),
    _fault(
        "wrong-charset",
        "says UTF-8 and is Latin-1",
        _in_latin_1,
        _broken(or_else=ExitCode.OK, kept=("", "Gr\ufffd\ufffde", "Gr\ufffde")),
        protocols=MAIN,
    ),
)
