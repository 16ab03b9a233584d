"""The table Stream, second half: frames that are odd, and endings that are no failure."""

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
from tests.faults.stream import closing, opening, text_frames
from tests.servers import Script, ToolCall
from tests.servers.dialect import to_json

_HARD_TO_CUT = ("Grüße ", "👩‍👩‍👧 ", '"a\\b" ', "二行\n", "\u2028end")
_BEGUN = "Hello, "
_CUT_CALL = ToolCall("call_1", "weather", ('{"city": "Par', 'is"}'))
_COMMENT = b": still here\n\n"
_BOM = b"\xef\xbb\xbf"


def _byte_by_byte(exchange: Exchange) -> None:
    """Send each byte in a segment of its own, lines ended by CRLF, comments between events."""
    frames = list(exchange.frames(Script(chunks=_HARD_TO_CUT)))
    if exchange.protocol.name == "ollama":
        body = b"".join(frames)
    else:
        body = _BOM + b"".join(frame + _COMMENT for frame in frames)
    body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    exchange.play_frames(bytes([byte]) for byte in body)
    exchange.finish()


def _one_bad_line(exchange: Exchange) -> None:
    good = [*opening(exchange), *text_frames(exchange, _BEGUN)]
    frame = text_frames(exchange, "world")[-1]
    bad = frame[: frame.index(b"world") + 2] + b"\n\n"
    rest = [*text_frames(exchange, "!"), *closing(exchange)]
    exchange.play_frames(iter([*good, bad, *rest]))
    exchange.finish()


def _with_oddities(exchange: Exchange) -> None:
    """Put frames without text, and those of a second choice, between those with text."""
    frames = list(opening(exchange))
    for piece in ("Hello", ", ", "world", "!"):
        frames += _oddities(exchange)
        frames += text_frames(exchange, piece)
    exchange.play_frames(iter([*frames, *_oddities(exchange), *closing(exchange)]))
    exchange.finish()


def _oddities(exchange: Exchange) -> list[bytes]:
    match exchange.protocol.name:
        case "anthropic":
            return [
                b'event: ping\ndata: {"type": "ping"}\n\n',
                b'event: news\ndata: {"type": "news", "of": null}\n\n',
                *text_frames(exchange, ""),
            ]
        case "ollama" | "gemini":
            return text_frames(exchange, "")
        case "responses":
            return [
                b'event: keepalive\ndata: {"type": "keepalive", "sequence_number": 1}\n\n',
                b'data: {"type": "response.web_search_call.searching", "output_index": 7}\n\n',
                b'data: {"type": "response.news", "response": null}\n\n',
                *text_frames(exchange, ""),
            ]
    second: dict[str, Any] = {"index": 1, "delta": {"content": "another"}, "finish_reason": None}
    deltas: list[dict[str, Any]] = [{}, {"role": "assistant"}, {"content": ""}, {"content": None}]
    choices = [second, *({"index": 0, "delta": delta, "finish_reason": None} for delta in deltas)]
    return [_completion_chunk(choice) for choice in choices]


def _completion_chunk(choice: dict[str, Any]) -> bytes:
    envelope = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + to_json(envelope | {"choices": [choice]}) + b"\n\n"


def _whole_anyway(exchange: Exchange) -> None:
    exchange.respond(200, exchange.whole(Script()), "application/json")


def _declined(exchange: Exchange) -> None:
    """Refuse to answer, as a model and no filter does."""
    if exchange.protocol.name == "anthropic":
        exchange.play(Script(chunks=(), finish="content_filter"))
    elif exchange.protocol.name == "gemini":
        body = to_json({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        _send_json(exchange, body)
    elif exchange.protocol.name == "responses":
        _decline_response(exchange)
    elif exchange.stream:
        frames = (_completion_chunk(choice) for choice in _refusal_choices())
        exchange.play_frames(iter([*frames, *closing(exchange)]))
        exchange.finish()
    else:
        text = to_json({"role": "assistant", "content": None, "refusal": "I can't help with that."})
        usual = b'{"role":"assistant","content":""}'
        exchange.respond(
            200, exchange.whole(Script(chunks=())).replace(usual, text), "application/json"
        )


def _decline_response(exchange: Exchange) -> None:
    script = Script(chunks=("NO",))
    usual, declined = b'{"type":"output_text","text":"NO"', b'{"type":"refusal","refusal":"NO"'

    def rewritten(data: bytes) -> bytes:
        data = data.replace(usual, declined)
        data = data.replace(b"response.output_text.d", b"response.refusal.d")
        return data.replace(b'"NO"', b'"I can\'t help with that."')

    if exchange.stream:
        exchange.play_frames(map(rewritten, exchange.frames(script)))
        exchange.finish()
    else:
        exchange.respond(200, rewritten(exchange.whole(script)), "application/json")


def _send_json(exchange: Exchange, body: bytes) -> None:
    if exchange.stream:
        exchange.play_frames(iter([b"data: " + body + b"\r\n\r\n"]))
        exchange.finish()
    else:
        exchange.respond(200, body, "application/json")


def _refusal_choices() -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    deltas += [{"refusal": piece} for piece in ("I can't ", "help with that.")]
    return [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]


def _cut_call(exchange: Exchange) -> None:
    """Leave out the last fragment of a tool call's arguments, and end as if all were well."""
    script = Script(chunks=(), tool_calls=(_CUT_CALL,), finish="tool_calls")
    last = _CUT_CALL.fragments[-1].replace('"', '\\"').encode()
    if exchange.protocol.name == "responses":
        frames = (frame.replace(last, b"") for frame in exchange.frames(script))
    else:
        frames = (frame for frame in exchange.frames(script) if last not in frame)
    exchange.play_frames(frames)
    exchange.finish()


def _ok(*kept: str, **more: Any) -> Outcome:
    return Outcome(exit_code=ExitCode.OK, kept=kept or (TEXT,), **more)


def _fault(name: str, meaning: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE, "forms": STREAMED} | more
    return Fault(name=name, group="stream", meaning=meaning, play=play, outcome=outcome, **more)


FAULTS = (
    _fault(
        "sse-split",
        "every byte in a segment of its own, CRLF, comments, a BOM",
        _byte_by_byte,
        _ok("".join(_HARD_TO_CUT)),
    ),
    _fault(
        "sse-garbage",
        "a bad line among good ones",
        _one_bad_line,
        Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(_BEGUN,)),
    ),
    _fault(
        "odd-frames",
        "a second choice, empty deltas, roles, unknown events",
        _with_oddities,
        _ok(),
    ),
    _fault("stream-ignored", "a whole reply though a stream was asked for", _whole_anyway, _ok()),
    _fault(
        "finish-length",
        "the limit of tokens is reached",
        scripted(Script(finish="length")),
        _ok(finish_reason="length", says=("warning:", "--max-tokens")),
        forms=EVERY_FORM,
    ),
    _fault(
        "finish-length",
        "the same with --fail-on-length",
        scripted(Script(finish="length")),
        Outcome(
            exit_code=ExitCode.BROKEN_REPLY,
            kept=(TEXT,),
            finish_reason="length",
            says=("--max-tokens",),
        ),
        variant="fail",
        around=Surroundings(argv=("--fail-on-length",)),
        forms=EVERY_FORM,
        protocols=MAIN,
    ),
    _fault(
        "finish-content-filter",
        "a filter stops the reply",
        scripted(Script(finish="content_filter")),
        Outcome(exit_code=ExitCode.FILTERED, kept=(TEXT,), finish_reason="content_filter"),
        forms=EVERY_FORM,
        protocols=SSE,
    ),
    _fault(
        "refusal",
        "the model declines",
        _declined,
        Outcome(exit_code=ExitCode.FILTERED, kept=None),
        forms=EVERY_FORM,
        protocols=("openai", "responses", "anthropic", "gemini"),
    ),
    _fault(
        "tool-args-cut",
        "a tool call whose arguments break off",
        _cut_call,
        Outcome(exit_code=ExitCode.BROKEN_REPLY),
        protocols=("openai", "responses", "anthropic"),
    ),
    _fault(
        "empty-answer",
        "no text at all",
        scripted(Script(chunks=())),
        _ok("", says=("warning:", "empty")),
        forms=EVERY_FORM,
    ),
    _fault(
        "reasoning-only",
        "reasoning, and no text",
        scripted(Script(chunks=(), reasoning=("Let me ", "think."))),
        _ok("", says=("warning:", "reasoning")),
        forms=EVERY_FORM,
        protocols=MAIN,
    ),
    _fault(
        "repeated-chunks",
        "the same chunk 500 times",
        scripted(Script(chunks=("ha ",) * 500)),
        _ok("ha " * 500),
        protocols=MAIN,
    ),
)
