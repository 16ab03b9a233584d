"""The table Status: answers whose status, header or error object says no."""

from collections.abc import Callable
from email.utils import formatdate
from time import time
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange, Headers
from tests.faults.fault import (
    EVERYWHERE,
    KEY_VARIABLE,
    MAIN,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Surroundings,
    then_ok,
)
from tests.servers.dialect import to_json

_PAGE = b"<html><body><h1>Sorry</h1><center>nginx</center></body></html>"
_JITTER_S = (0.0, 2.5)
_GARBAGE = ("soon", "-5", "NaN", "1e309")
LIMIT, SIZE = "8192", "9031"


def _refuse(status: int, message: str, headers: Headers = ()) -> Play:
    return lambda exchange: exchange.refuse(status, message, headers)


def _page(status: int) -> Play:
    return lambda exchange: exchange.respond(status, _PAGE, "text/html")


def _in_vendor_words(status: int, words: Callable[[str], dict[str, dict[str, Any]]]) -> Play:
    def play(exchange: Exchange) -> None:
        name = exchange.protocol.name
        body = words(str(exchange.asked.get("model")))["openai" if name == "responses" else name]
        exchange.respond(status, to_json(body), "application/json")

    return play


def _no_such_model(model: str) -> dict[str, dict[str, Any]]:
    return {
        "openai": {
            "error": {
                "message": f"The model `{model}` does not exist or you do not have access to it.",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        },
        "anthropic": {
            "type": "error",
            "error": {"type": "not_found_error", "message": f"model: {model}"},
        },
        "ollama": {"error": f"model '{model}' not found"},
        "gemini": {
            "error": {
                "code": 404,
                "message": f"models/{model} is not found for API version v1beta.",
                "status": "NOT_FOUND",
            }
        },
    }


def _prompt_too_long(_: str) -> dict[str, dict[str, Any]]:
    return {
        "openai": {
            "error": {
                "message": f"This model's maximum context length is {LIMIT} tokens. However, your"
                f" messages resulted in {SIZE} tokens. Please reduce their length.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        "anthropic": {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": f"prompt is too long: {SIZE} tokens > {LIMIT} maximum",
            },
        },
        "ollama": {"error": "the input length exceeds the context length"},
        "gemini": {
            "error": {
                "code": 400,
                "message": f"The input token count ({SIZE}) exceeds the maximum number of tokens"
                f" allowed ({LIMIT}).",
                "status": "INVALID_ARGUMENT",
            }
        },
        "mistral": {
            "object": "error",
            "message": f"Prompt contains {SIZE} tokens, too large for model with {LIMIT} maximum"
            " context length",
            "type": "invalid_request_error",
            "param": None,
            "code": "3051",
        },
    }


def _no_quota(_: str) -> dict[str, dict[str, Any]]:
    return {
        "openai": {
            "error": {
                "message": "You exceeded your current quota, please check your plan and billing.",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        }
    }


def _unreadable_field(exchange: Exchange) -> None:
    detail = {"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}
    exchange.respond(422, to_json({"detail": [detail]}), "application/json")


def _at_a_date(exchange: Exchange) -> None:
    exchange.refuse(429, "slow down", (("Retry-After", formatdate(time() + 3, usegmt=True)),))


def _at_no_time(exchange: Exchange) -> None:
    value = _GARBAGE[(exchange.attempt - 1) % len(_GARBAGE)]
    exchange.refuse(429, "slow down", (("Retry-After", value),))


def _to_itself(exchange: Exchange) -> None:
    exchange.respond(302, b"", "text/html", (("Location", exchange.request.path),))


def _to_elsewhere(exchange: Exchange) -> None:
    target = exchange.elsewhere + exchange.request.path
    exchange.respond(307, b"", "text/html", (("Location", target),))


def _fails(
    code: ExitCode, *says: str, attempts: int = 1, hides: tuple[str, ...] = ("<html", "<h1")
) -> Outcome:
    wait = _JITTER_S if attempts > 1 else None
    return Outcome(exit_code=code, attempts=attempts, says=says, hides=hides, wait_s=wait)


def _recovers(least_s: float, most_s: float) -> Outcome:
    return Outcome(exit_code=ExitCode.OK, attempts=2, kept=(TEXT,), wait_s=(least_s, most_s))


def _fault(name: str, meaning: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE} | more
    return Fault(name=name, group="status", meaning=meaning, play=play, outcome=outcome, **more)


FAULTS = (
    _fault("401", "wrong key", _refuse(401, "invalid key"), _fails(ExitCode.AUTH, KEY_VARIABLE)),
    _fault("403", "key may not", _refuse(403, "not allowed"), _fails(ExitCode.AUTH, KEY_VARIABLE)),
    _fault(
        "404-model",
        "a model that is not there",
        _in_vendor_words(404, _no_such_model),
        _fails(ExitCode.REQUEST, "no-such-model"),
        but={"ollama": _fails(ExitCode.REQUEST, "ollama pull no-such-model")},
        model="no-such-model",
        protocols=(*MAIN, "gemini"),
    ),
    _fault(
        "404-model",
        "a model whose name is mistyped",
        _in_vendor_words(404, _no_such_model),
        _fails(ExitCode.REQUEST, "gpt-4o-mini"),
        variant="mistyped",
        model="gpt-4o-mni",
        protocols=("openai",),
    ),
    _fault(
        "400-context",
        "the prompt is too long",
        _in_vendor_words(400, _prompt_too_long),
        _fails(ExitCode.CONTEXT, LIMIT, SIZE),
        but={"ollama": _fails(ExitCode.CONTEXT, "context")},
    ),
    _fault(
        "400-no-stream",
        "this account may not stream",
        _refuse(400, "Your organization must be verified to stream this model."),
        _fails(ExitCode.REQUEST, "does not stream", "--no-stream"),
        forms=STREAMED,
    ),
    _fault(
        "402",
        "nothing left to spend",
        _refuse(402, "Insufficient balance"),
        _fails(ExitCode.RATE_LIMITED, "quota or billing"),
    ),
    _fault(
        "429-insufficient-quota",
        "the quota is used up",
        _in_vendor_words(429, _no_quota),
        _fails(ExitCode.RATE_LIMITED, "quota or billing"),
        protocols=("openai",),
    ),
    _fault("413", "HTML", _page(413), _fails(ExitCode.REQUEST, "413")),
    _fault("422", "JSON", _unreadable_field, _fails(ExitCode.REQUEST, "422")),
    _fault(
        "429-then-ok",
        "Retry-After: 1, then a reply",
        then_ok(_refuse(429, "slow down", (("Retry-After", "1"),))),
        _recovers(1.0, 1.7),
    ),
    _fault(
        "429-forever",
        "no Retry-After",
        _refuse(429, "slow down"),
        _fails(ExitCode.RATE_LIMITED, "429", attempts=3),
    ),
    _fault(
        "429-retry-after-3600",
        "Retry-After: 3600",
        _refuse(429, "slow down", (("Retry-After", "3600"),)),
        _fails(ExitCode.RATE_LIMITED, "3600"),
    ),
    _fault(
        "429-http-date",
        "a date 3 s ahead, then a reply",
        then_ok(_at_a_date),
        _recovers(1.9, 3.6),
        protocols=MAIN,
    ),
    _fault(
        "429-garbage",
        "Retry-After: soon, -5, NaN, 1e309",
        _at_no_time,
        _fails(ExitCode.RATE_LIMITED, "429", attempts=4),
        protocols=MAIN,
        around=Surroundings(argv=("--retries", "3")),
    ),
    _fault(
        "500-then-ok",
        "500, then a reply",
        then_ok(_refuse(500, "it broke")),
        _recovers(0.0, 1.0),
    ),
    _fault(
        "503",
        "unavailable",
        _refuse(503, "try later"),
        _fails(ExitCode.SERVER, "503", attempts=3),
    ),
    _fault(
        "529", "overloaded", _refuse(529, "Overloaded"), _fails(ExitCode.SERVER, "529", attempts=3)
    ),
    _fault("502-html", "a page", _page(502), _fails(ExitCode.SERVER, "502", attempts=3)),
    _fault("redirect-loop", "302 to itself", _to_itself, _fails(ExitCode.BROKEN_REPLY, "302")),
    _fault(
        "redirect-other-host",
        "307 to another host",
        _to_elsewhere,
        _fails(ExitCode.BROKEN_REPLY, "307"),
    ),
)
