"""The table Stream, first half: streams that stall, break off, or end as they should not."""

from collections.abc import Iterator
from itertools import accumulate, count, repeat
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    EVERYWHERE,
    MAIN,
    SSE,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Surroundings,
    scripted,
)
from tests.servers import Script
from tests.servers.dialect import to_json
from tests.servers.wire import response_head

_DRIPS = tuple(f"drop {number} " for number in range(1, 5))
_DRIP_S = 0.4
_PING_S = 0.3
_PINGS = {
    "anthropic": b'event: ping\ndata: {"type": "ping"}\n\n',
    "responses": b'event: keepalive\ndata: {"type": "keepalive", "sequence_number": 2}\n\n',
}
_DROPS_WITHIN_DEADLINE = 10
FAILURE = "The engine caught fire"
"""What an error event says."""


def _headers_then_stall(exchange: Exchange) -> None:
    exchange.begin()
    exchange.stall()


def _keep_alive(exchange: Exchange) -> None:
    ping = _PINGS.get(exchange.protocol.name, b": ping\n\n")
    exchange.play_frames(repeat(ping), _PING_S)


def _drip_for_ever(exchange: Exchange) -> None:
    """Stream numbered pieces without end."""

    def frames() -> Iterator[bytes]:
        yield from opening(exchange)
        for number in count(1):
            yield from text_frames(exchange, f"drop {number} ")

    exchange.play_frames(frames(), _DRIP_S)


def opening(exchange: Exchange) -> list[bytes]:
    """Return what the protocol sends before the first text."""
    return _split(exchange, "x")[0]


def text_frames(exchange: Exchange, *pieces: str) -> list[bytes]:
    """Return the frames that hold `pieces`, without what stands before and after."""
    first = _split(exchange, "x")[0]
    return list(exchange.frames(Script(chunks=pieces, end="fin")))[len(first) :]


def closing(exchange: Exchange, *, finish: str | None = "stop", done: bool = True) -> list[bytes]:
    """Return what the protocol sends after the last text."""
    return _split(exchange, "x", finish=finish, done=done)[1]


def _split(exchange: Exchange, piece: str, **ending: Any) -> tuple[list[bytes], list[bytes]]:
    """Return the frames before and after the one that holds the text."""
    whole = list(exchange.frames(Script(chunks=(piece,), **ending)))
    cut = list(exchange.frames(Script(chunks=(piece,), end="fin")))
    return whole[: len(cut) - 1], whole[len(cut) :]


def _cut_before_first(exchange: Exchange) -> None:
    """Cut by FIN, then by RST, then before the headers."""
    match exchange.attempt % 3:
        case 1:
            exchange.begin()
            exchange.hang_up()
        case 2:
            exchange.begin()
            exchange.reset()
        case _:
            exchange.hang_up()


def _clean_end(exchange: Exchange) -> None:
    exchange.play_frames(exchange.frames(Script(end="fin")))
    exchange.finish()


def _end_by_closing(exchange: Exchange) -> None:
    """Stream a body that ends where the connection does: a cut cannot be told from an end."""
    kind = exchange.protocol.dialect.stream_type
    headers = (("Content-Type", kind), ("Connection", "close"))
    exchange.peer.send(response_head(200, headers))
    for frame in exchange.frames(Script(end="fin")):
        exchange.peer.send(frame)
    exchange.hang_up()


def _stay_open(exchange: Exchange) -> None:
    exchange.play_frames(exchange.frames(Script()))
    exchange.stall()


def _error_event(exchange: Exchange, *, named: bool = False) -> bytes:
    dialect = exchange.protocol.dialect
    body = dialect.error(529 if exchange.protocol.name == "anthropic" else 503, FAILURE)
    match exchange.protocol.name:
        case "ollama":
            return body + b"\n"
        case "openai" | "mistral":
            error = {"message": FAILURE, "type": "server_error", "code": 503}
            body = to_json({"error": error})
        case "responses":
            named = True
            body = to_json({"type": "error", "code": "server_error", "message": FAILURE})
    named = named or exchange.protocol.name == "anthropic"
    return (b"event: error\n" if named else b"") + b"data: " + body + b"\n\n"


def _error_first(exchange: Exchange) -> None:
    exchange.play_frames(iter([_error_event(exchange)]))
    exchange.finish()


def _error_after(exchange: Exchange, *, named: bool = False) -> None:
    frames = exchange.frames(Script(end="fin"))
    exchange.play_frames(iter([*frames, _error_event(exchange, named=named)]))
    exchange.finish()


def _named_error_after(exchange: Exchange) -> None:
    _error_after(exchange, named=True)


def _failed_response(script: Script) -> Play:
    """Return the answer that plays `script`, and then says that the response failed."""

    def play(exchange: Exchange) -> None:
        error = {"code": "server_error", "message": FAILURE}
        response = {"object": "response", "status": "failed", "error": error, "output": []}
        if not exchange.stream:
            exchange.respond(200, to_json(response), "application/json")
            return
        failed = to_json({"type": "response.failed", "response": response})
        exchange.play_frames(iter([*exchange.frames(script), b"data: " + failed + b"\n\n"]))
        exchange.finish()

    return play


def _timeout(flag: str, **more: Any) -> Outcome:
    return Outcome(exit_code=ExitCode.TIMEOUT, **({"says": (flag,)} | more))


def _fault(name: str, meaning: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE, "forms": STREAMED} | more
    return Fault(name=name, group="stream", meaning=meaning, play=play, outcome=outcome, **more)


_CUT = Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(TEXT,))
_COMPLETE = Outcome(exit_code=ExitCode.OK, kept=(TEXT,))
_FAILED_MIDWAY = Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(TEXT,), says=(FAILURE,))

FAULTS = (
    _fault(
        "headers-then-stall",
        "200, then nothing",
        _headers_then_stall,
        _timeout("--first-token-timeout", attempts=3, held_s=(0.4, 1.0), wait_s=(0.0, 1.5)),
        around=Surroundings(argv=("--first-token-timeout", "0.5")),
        protocols=MAIN,
    ),
    _fault(
        "stall-mid",
        "3 chunks, then silence",
        scripted(Script(chunks=("Hello", ", ", "world"), end="stall")),
        _timeout("--idle-timeout", kept=("Hello, world",), held_s=(0.9, 1.5)),
        around=Surroundings(argv=("--idle-timeout", "1")),
    ),
    _fault(
        "keepalive-forever",
        "a keep-alive comment each 0.3 s",
        _keep_alive,
        _timeout("--first-token-timeout", held_s=(0.9, 1.5)),
        around=Surroundings(argv=("--first-token-timeout", "1", "--retries", "0")),
        protocols=SSE,
    ),
    _fault(
        "drip",
        "a chunk each 0.4 s",
        scripted(Script(chunks=_DRIPS, delay_s=_DRIP_S)),
        Outcome(exit_code=ExitCode.OK, kept=("".join(_DRIPS),)),
        around=Surroundings(argv=("--idle-timeout", "1", "--first-token-timeout", "1.5")),
        protocols=MAIN,
    ),
    _fault(
        "drip",
        "a chunk each 0.4 s, without end",
        _drip_for_ever,
        _timeout(
            "--timeout",
            kept=tuple(
                accumulate(f"drop {number} " for number in range(1, _DROPS_WITHIN_DEADLINE))
            ),
            held_s=(0.9, 3.5),
        ),
        around=Surroundings(argv=("--timeout", "3")),
        variant="for-ever",
        protocols=MAIN,
    ),
    _fault(
        "cut-before-first",
        "FIN, RST, and a close before the headers",
        _cut_before_first,
        Outcome(exit_code=ExitCode.UNREACHABLE, attempts=3, wait_s=(0.0, 1.5)),
    ),
    _fault("cut-mid-rst", "RST in the body", scripted(Script(end="rst")), _CUT),
    _fault("cut-mid-fin", "FIN in the body", scripted(Script(end="fin")), _CUT),
    _fault("cut-clean-no-done", "a clean end without finish reason", _clean_end, _CUT),
    _fault(
        "cut-clean-no-done",
        "the same, the end marked by closing only",
        _end_by_closing,
        _CUT,
        variant="unframed",
    ),
    _fault(
        "no-done-but-finish",
        "a finish reason, but no end marker",
        scripted(Script(done=False)),
        _COMPLETE,
        protocols=SSE,
    ),
    _fault(
        "done-null-finish",
        "the end marker, but no finish reason",
        scripted(Script(finish=None)),
        _COMPLETE,
        protocols=("openai", "anthropic", "ollama", "mistral"),
    ),
    _fault(
        "done-then-open",
        "all of it, and the connection stays open",
        _stay_open,
        Outcome(exit_code=ExitCode.OK, kept=(TEXT,), held_s=(0.0, 1.0)),
    ),
    _fault(
        "sse-error-event",
        "an error in place of the first text",
        _error_first,
        Outcome(exit_code=ExitCode.SERVER, attempts=3, says=(FAILURE,), wait_s=(0.0, 1.5)),
    ),
    _fault(
        "sse-error-event", "an error after text", _error_after, _FAILED_MIDWAY, variant="after-text"
    ),
    _fault(
        "sse-error-event",
        "an error after text, named as an event",
        _named_error_after,
        _FAILED_MIDWAY,
        variant="named",
        protocols=("openai", "mistral"),
    ),
    _fault(
        "sse-error-event",
        "the response failed, in place of the first text",
        _failed_response(Script(chunks=(), end="fin")),
        Outcome(exit_code=ExitCode.SERVER, attempts=3, says=(FAILURE,), wait_s=(0.0, 1.5)),
        variant="failed",
        protocols=("responses",),
        forms=EVERY_FORM,
    ),
    _fault(
        "sse-error-event",
        "the response failed after text",
        _failed_response(Script(end="fin")),
        _FAILED_MIDWAY,
        variant="failed-after-text",
        protocols=("responses",),
    ),
)
