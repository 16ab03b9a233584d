"""The table Errors told wrongly: errors in the vendors' own envelopes, and addresses as typed."""

import json
from collections.abc import Callable
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    EVERYWHERE,
    KEY_VARIABLE,
    SSE,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Surroundings,
)
from tests.faults.odd_answers import changed, status_becomes
from tests.faults.stream import opening
from tests.servers.dialect import to_json

_JSON = "application/json"
_JITTER_S = (0.0, 2.5)
_NO_ADVICE = ("--api-base", "Traceback", "litellm.")
_SPEND = "tokens per minute (TPM): Limit 6000, Requested 9031"


def _body(body: Any, status: int = 200, kind: str = _JSON) -> Play:
    sent = body if isinstance(body, bytes) else to_json(body)
    return lambda exchange: exchange.respond(status, sent, kind)


def _as_piece(body: dict[str, Any]) -> Play:
    """Send `body` as the only piece of a stream, or whole where none was asked for."""

    def play(exchange: Exchange) -> None:
        if not exchange.stream:
            exchange.respond(200, to_json(body), _JSON)
            return
        line = to_json(body)
        framed = line + b"\n" if exchange.protocol.name == "ollama" else b"data: " + line + b"\n\n"
        exchange.play_frames(iter([framed]))
        exchange.finish()

    return play


def _in_choice(text: str) -> Play:
    """Send a choice with `text` and an error."""
    error = {"message": "The upstream slipped", "code": 429}

    def play(exchange: Exchange) -> None:
        said = {"role": "assistant", "content": text}
        ending = {"index": 0, "finish_reason": "error", "error": error}
        if not exchange.stream:
            exchange.respond(200, to_json({"choices": [ending | {"message": said}]}), _JSON)
            return
        pieces = [{"index": 0, "delta": said}] if text else []
        choices = [*pieces, ending | {"delta": {"content": ""}}]
        frames = (b"data: " + to_json({"choices": [choice]}) + b"\n\n" for choice in choices)
        exchange.play_frames(frames)
        exchange.finish()

    return play


def _end_early(beginning: Callable[[Exchange], list[bytes]]) -> Play:
    """End an answer in order before any text."""

    def play(exchange: Exchange) -> None:
        exchange.begin(None if exchange.stream else _JSON)
        for frame in beginning(exchange) if exchange.stream else []:
            exchange.send(frame)
        exchange.finish()

    return play


def _signs_of_life(exchange: Exchange) -> list[bytes]:
    return [b"\n"] if exchange.protocol.name == "ollama" else [b": still here\n\n"] * 2


def _as_typed(exchange: Exchange) -> None:
    wanted = {"model": "gpt-5-mini", "temperature": 0.5, "max_tokens": 7}
    if wanted.items() <= exchange.asked.items():
        exchange.play()
    else:
        exchange.refuse(400, f"not what was typed: {json.dumps(exchange.asked)[:200]}")


def _with_query(exchange: Exchange) -> None:
    if "api-version=1&x=%20y" in exchange.request.path.partition("?")[2]:
        exchange.play()
    else:
        exchange.refuse(400, f"no query in {exchange.request.path}")


def _fails(code: ExitCode, *says: str, attempts: int = 1, **more: Any) -> Outcome:
    wait = _JITTER_S if attempts > 1 else None
    more = {"hides": _NO_ADVICE} | more
    return Outcome(exit_code=code, attempts=attempts, says=says, wait_s=wait, **more)


def _fault(name: str, variant: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE, "meaning": variant.replace("-", " ") or name} | more
    return Fault(
        name=name, variant=variant, group="misreported", play=play, outcome=outcome, **more
    )


_LIMITED = _fails(ExitCode.RATE_LIMITED, "The upstream slipped", attempts=3)
_TOO_LONG = (
    "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in"
    " 300412 tokens."
)
_ENDPOINTS = {
    "openai": "/chat/completions",
    "mistral": "/chat/completions/",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
    "gemini": "/models/base-forms.endpoint:generateContent",
}

FAULTS = (
    _fault(
        "vendor-error-200",
        "",
        _body({"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}),
        _fails(ExitCode.AUTH, "invalid api key", KEY_VARIABLE),
        meaning="MiniMax says that the key is wrong",
    ),
    _fault(
        "vendor-error-200",
        "in-a-piece",
        _as_piece({"code": 1302, "msg": "您的账户已达到速率限制"}),
        _fails(ExitCode.RATE_LIMITED, "速率限制", attempts=3),
    ),
    _fault(
        "vendor-error-200",
        "xml",
        _body(b"<Error><Code>AccessDenied</Code><Message>No, sir</Message></Error>", kind="a/xml"),
        _fails(ExitCode.AUTH, "No, sir"),
    ),
    _fault(
        "vendor-error-200",
        "words",
        _body(b"model is overloaded, try later", kind="text/plain"),
        _fails(ExitCode.SERVER, "model is overloaded", attempts=3),
    ),
    _fault("error-in-choice", "", _in_choice(""), _LIMITED, protocols=("openai", "mistral")),
    _fault(
        "error-in-choice",
        "after-text",
        _in_choice("Half of"),
        _fails(ExitCode.BROKEN_REPLY, "The upstream slipped", kept=("Half of",)),
        protocols=("openai", "mistral"),
        forms=STREAMED,
    ),
    _fault(
        "error-shapes",
        "",
        _body([{"error": {"code": 400, "errors": [{"description": "It rains"}]}}], 400),
        _fails(ExitCode.REQUEST, "It rains"),
        meaning="an array of errors",
    ),
    _fault(
        "error-shapes",
        "Message",
        _body({"__type": "ValidationException", "Message": "It rains"}, 400),
        _fails(ExitCode.REQUEST, "It rains"),
    ),
    _fault(
        "error-shapes",
        "string",
        _body("It rains", 400),
        _fails(ExitCode.REQUEST, "It rains"),
    ),
    _fault(
        "error-shapes",
        "passed-on",
        _body(
            {
                "error": {
                    "message": "Provider returned error",
                    "code": 400,
                    "metadata": {"raw": json.dumps({"error": {"message": "It rains"}})},
                }
            },
            400,
        ),
        _fails(ExitCode.REQUEST, "It rains"),
    ),
    _fault(
        "context-words",
        "",
        _body({"error": {"message": _TOO_LONG, "type": "invalid_request_error"}}, 400),
        _fails(ExitCode.CONTEXT, "Input tokens exceed"),
    ),
    _fault(
        "rate-413",
        "",
        _body({"error": {"message": f"Request too large on {_SPEND}", "type": "tokens"}}, 413),
        _fails(ExitCode.RATE_LIMITED, _SPEND),
        meaning="more tokens than a minute has",
    ),
    _fault(
        "rate-413",
        "400",
        _body({"error": {"code": "rate_limit_exceeded", "message": "too fast"}}, 400),
        _fails(ExitCode.RATE_LIMITED, "too fast", attempts=3),
    ),
    _fault(
        "clean-end-empty",
        "",
        _end_early(lambda _: []),
        _fails(ExitCode.UNREACHABLE, attempts=3, hides=()),
        forms=EVERY_FORM,
        meaning="nothing, and a clean end",
    ),
    _fault(
        "clean-end-empty",
        "signs-of-life",
        _end_early(_signs_of_life),
        _fails(ExitCode.UNREACHABLE, attempts=3, hides=()),
        forms=STREAMED,
        protocols=(*SSE, "ollama"),
    ),
    _fault(
        "clean-end-empty",
        "role-only",
        _end_early(opening),
        _fails(ExitCode.UNREACHABLE, attempts=3, hides=()),
        forms=STREAMED,
        protocols=("openai", "anthropic", "mistral"),
    ),
    *(
        _fault(
            "responses-only",
            status,
            changed(status_becomes(status)),
            Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(TEXT,)),
            protocols=("responses",),
            forms=EVERY_FORM,
            meaning=f"a response that ends as {status}",
        )
        for status in ("cancelled", "queued")
    ),
    _fault(
        "own-server-names",
        "",
        _as_typed,
        Outcome(exit_code=ExitCode.OK, kept=(TEXT,)),
        model="gpt-5-mini",
        protocols=("openai",),
        around=Surroundings(argv=("--temperature", "0.5", "--max-tokens", "7")),
        meaning="one of OpenAI's names at another server",
    ),
    _fault(
        "base-forms",
        "",
        _with_query,
        Outcome(exit_code=ExitCode.OK, kept=(TEXT,)),
        base_ends=dict.fromkeys(EVERYWHERE, "/?api-version=1&x=%20y"),
        meaning="a query at the end of the base",
    ),
    _fault(
        "base-forms",
        "endpoint",
        Exchange.play,
        Outcome(exit_code=ExitCode.OK, kept=(TEXT,)),
        base_ends=_ENDPOINTS,
    ),
)
