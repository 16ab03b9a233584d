"""The table Tolerance: answers that are not quite as they should be, and can be read."""

import gzip
import json
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import EVERY_FORM, EVERYWHERE, SSE, STREAMED, TEXT, Fault, Outcome, Play
from tests.servers import Script

_CONTROLS = "a\tb\x01c\x1fd"
_JSON = "application/json"


def _unescaped(exchange: Exchange) -> None:
    """Write control characters into the JSON as they are."""
    script = Script(chunks=(_CONTROLS,))
    whole = not exchange.stream
    body = exchange.whole(script) if whole else b"".join(exchange.frames(script))
    for character in "\t\x01\x1f":
        body = body.replace(json.dumps(character)[1:-1].encode(), character.encode())
    exchange.respond(200, body, _JSON if whole else exchange.protocol.dialect.stream_type)


def _single_line_ends(exchange: Exchange) -> None:
    frames = [frame.replace(b"\r\n", b"\n").strip() + b"\n" for frame in exchange.frames(Script())]
    exchange.play_frames(iter(frames))
    exchange.finish()


def _comments_as_data(exchange: Exchange) -> None:
    frames = (b"data: : still here\n\n" + frame for frame in exchange.frames(Script()))
    exchange.play_frames(frames)
    exchange.finish()


def _streamed_anyway(exchange: Exchange) -> None:
    body = b"".join(exchange.frames(Script()))
    exchange.respond(200, body, exchange.protocol.dialect.stream_type)


def _members(exchange: Exchange) -> None:
    """Compress the two halves of the body by themselves."""
    body = b"".join(exchange.frames(Script())) if exchange.stream else exchange.whole(Script())
    half = len(body) // 2
    packed = gzip.compress(body[:half]) + gzip.compress(body[half:])
    kind = exchange.protocol.dialect.stream_type if exchange.stream else _JSON
    exchange.respond(200, packed, kind, (("Content-Encoding", "gzip"),))


def _fault(name: str, meaning: str, play: Play, kept: str = TEXT, **more: Any) -> Fault:
    outcome = Outcome(exit_code=ExitCode.OK, kept=(kept,))
    more = {"protocols": EVERYWHERE, "forms": EVERY_FORM} | more
    return Fault(name=name, group="tolerance", meaning=meaning, play=play, outcome=outcome, **more)


FAULTS = (
    _fault("raw-controls", "control characters without escapes", _unescaped, _CONTROLS),
    _fault(
        "sse-lines",
        "one line end between two events",
        _single_line_ends,
        protocols=SSE,
        forms=STREAMED,
    ),
    _fault(
        "sse-lines",
        "comments wrapped as data",
        _comments_as_data,
        variant="comments",
        protocols=SSE,
        forms=STREAMED,
    ),
    _fault(
        "always-streams",
        "a stream that nobody asked for",
        _streamed_anyway,
        forms=("whole",),
    ),
    _fault("multi-gzip", "several gzip members", _members),
)
