"""The catalogue's faults by name, each with its effect on a call; the errors are the real ones.

Each error comes from the same function that the adapter uses, given the data that the catalogue's
server sends.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from hello_llm.contract import HelloLLMError
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.error_bodies.retry_after import wait_in
from hello_llm.providers.http.errors import connection_errors, tls_errors
from hello_llm.providers.http.errors.bad_answers import (
    bad_answer,
    cut_off,
    incomplete,
    no_reply,
    unmarked,
)
from hello_llm.providers.http.errors.error_mapping import explain, speaks_tls
from hello_llm.providers.http.protocols.piece import UnreadableAnswerError
from hello_llm.providers.http.response_tap import LARGEST_ANSWER, ErrorInAnswerError
from hello_llm.providers.http.route import Route
from hello_llm.providers.mock import content
from hello_llm.providers.mock.content import Change


@dataclass(frozen=True, slots=True)
class Scene:
    """The call that a fault strikes."""

    route: Route
    """The route that it would take."""
    stream: bool
    """Whether a stream was requested."""
    started: bool
    """Whether part of the reply has arrived."""
    connect_timeout: float
    """The connect deadline, in seconds."""


Strike = Callable[[Scene], HelloLLMError | None]
"""Returns the error that ends a call; ``None`` if it does not strike such a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the catalogue."""

    strike: Strike | None = None
    """Returns the error that ends the call."""
    stalls: bool = False
    """Whether the server falls silent until the answer deadline ends the call."""
    connects: bool = True
    """Whether the connection is made; if not, the connect deadline passes."""
    after: int | None = 0
    """The number of text pieces before it strikes; ``None`` for all of them."""
    times: int | None = None
    """The number of calls it strikes unless the script sets one; ``None`` for every call."""
    change: Change | None = None
    """The change that it makes to the reply."""
    brings_text: bool = False
    """Whether it provides its own text."""
    endless: bool = False
    """Whether the text never ends."""
    refusal: str = ""
    """The text with which the model refuses to answer."""


def _refused(
    status: int, message: str, *, code: str | None = None, **headers: str
) -> Callable[[Scene], HelloLLMError]:
    """Simulate a server that sends `status` and an error object."""

    def strike(scene: Scene) -> HelloLLMError:
        body = json.dumps({"error": {"message": message, "code": code}})
        return _answered(scene, status, body, headers)

    return strike


def _answered(
    scene: Scene, status: int, body: str, headers: dict[str, str] | None = None
) -> HelloLLMError:
    named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    response = ErrorResponse.of_answer(status, body.encode(), wait_in(named))
    return explain(response, scene.route)


def _no_such_model(scene: Scene) -> HelloLLMError:
    name = scene.route.name
    message = f"The model `{name}` does not exist or you do not have access to it."
    return _refused(404, message, code="model_not_found")(scene)


def _no_stream(scene: Scene) -> HelloLLMError | None:
    words = "Your organization must be verified to stream this model."
    return _refused(400, words)(scene) if scene.stream else None


def _page(status: int) -> Strike:
    return lambda scene: _answered(scene, status, "<html></html>")


def _at_a_date(scene: Scene) -> HelloLLMError:
    date = formatdate(time.time() + 3, usegmt=True)
    return _refused(429, "slow down", retry_after=date)(scene)


def _in_answer(message: str, code: str | int) -> Strike:
    """Simulate a server that sends an error object in place of a reply."""
    problem = ErrorInAnswerError({"error": {"message": message, "code": code}})
    return lambda scene: bad_answer(problem, scene.route, started=scene.started)


def _unreadable(what: str) -> Strike:
    problem = UnreadableAnswerError(what)
    return lambda scene: bad_answer(problem, scene.route, started=scene.started)


def _cut(scene: Scene) -> HelloLLMError:
    # Half of an unstreamed body is mid-reply already; a stream begins with its first piece.
    if scene.started or not scene.stream:
        return cut_off(scene.route, started=scene.started)
    return connection_errors.closed_early(scene.route)


def _unmarked(scene: Scene) -> HelloLLMError:
    return unmarked(scene.route) if scene.stream else incomplete(scene.route)


def _no_reply(scene: Scene) -> HelloLLMError:
    base = scene.route.api_base
    return no_reply(scene.route, asked="" if base is None else f"POST {base}/chat/completions")


def _ended_early(scene: Scene) -> HelloLLMError:
    return connection_errors.closed_early(scene.route, "ended its answer")


def _of_route(problem: Callable[[Route], HelloLLMError]) -> Strike:
    return lambda scene: problem(scene.route)


def _connected_late(scene: Scene) -> HelloLLMError:
    return connection_errors.connected_late(scene.route, scene.connect_timeout)


def _not_trusted(scene: Scene) -> HelloLLMError:
    return tls_errors.not_trusted(scene.route.place, "self-signed certificate")


def _alert(reason: str) -> Fault:
    return Fault(strike=lambda scene: tls_errors.alerted(reason, scene.route.place))


def _echoed_key(scene: Scene) -> HelloLLMError:
    return _refused(400, content.echo_of_key(scene.route.api_key))(scene)


_CLOSED = Fault(strike=_of_route(connection_errors.closed_early))
_NO_REPLY = Fault(strike=_no_reply)
_ODD = Fault()
_TOO_LARGE = Fault(strike=_unreadable(f"more than {LARGEST_ANSWER // 2**20} MiB"))
_FIRE = _in_answer("The engine caught fire", 503)

FAULTS: dict[str, Fault] = {
    "refused": Fault(strike=_of_route(connection_errors.not_connected)),
    "dns-fail": Fault(strike=_of_route(connection_errors.not_resolved)),
    "blackhole-connect": Fault(strike=_connected_late, connects=False),
    "accept-close": _CLOSED,
    "tls-to-plain": Fault(strike=lambda scene: tls_errors.no_tls_spoken(scene.route.place)),
    "plain-to-tls": Fault(strike=_of_route(speaks_tls)),
    "plain-to-tls.told": Fault(
        strike=lambda scene: _answered(
            scene, 400, "Client sent an HTTP request to an HTTPS server."
        )
    ),
    "tls-untrusted": Fault(strike=_not_trusted),
    "tls-alerts.certificate": _alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    "tls-alerts.cipher": _alert("SSLV3_ALERT_HANDSHAKE_FAILURE"),
    "tls-alerts.name": _alert("TLSV1_UNRECOGNIZED_NAME"),
    "tls-alerts.protocol": _alert("TLSV1_ALERT_PROTOCOL_VERSION"),
    "not-http": Fault(
        strike=lambda scene: connection_errors.no_http(b"SSH-2.0-OpenSSH_9.6", scene.route)
    ),
    "401": Fault(strike=_refused(401, "invalid key")),
    "403": Fault(strike=_refused(403, "not allowed")),
    "404-model": Fault(strike=_no_such_model),
    "400-context": Fault(
        strike=_refused(
            400,
            "This model's maximum context length is 8192 tokens. However, your messages resulted"
            " in 9031 tokens. Please reduce their length.",
            code="context_length_exceeded",
        )
    ),
    "400-no-stream": Fault(strike=_no_stream),
    "402": Fault(strike=_refused(402, "Insufficient balance")),
    "429-insufficient-quota": Fault(
        strike=_refused(
            429,
            "You exceeded your current quota, please check your plan and billing.",
            code="insufficient_quota",
        )
    ),
    "413": Fault(strike=_page(413)),
    "422": Fault(strike=_refused(422, "Field required")),
    "429-then-ok": Fault(strike=_refused(429, "slow down", retry_after="1"), times=1),
    "429-forever": Fault(strike=_refused(429, "slow down")),
    "429-retry-after-3600": Fault(strike=_refused(429, "slow down", retry_after="3600")),
    "429-http-date": Fault(strike=_at_a_date, times=1),
    "429-garbage": Fault(strike=_refused(429, "slow down", retry_after="soon")),
    "500-then-ok": Fault(strike=_refused(500, "it broke"), times=1),
    "503": Fault(strike=_refused(503, "try later")),
    "529": Fault(strike=_refused(529, "Overloaded")),
    "502-html": Fault(strike=_page(502)),
    "redirect-loop": Fault(strike=_page(302)),
    "redirect-other-host": Fault(strike=_page(307)),
    "200-error-body": Fault(strike=_in_answer("Incorrect API key provided", "invalid_api_key")),
    "200-error-body.429": Fault(strike=_in_answer("Rate limit exceeded", 429)),
    "200-html": _NO_REPLY,
    "200-empty": _NO_REPLY,
    "204": _NO_REPLY,
    "bad-json": Fault(strike=_unreadable("half of a JSON document")),
    "wrong-shape": _NO_REPLY,
    "wrong-shape.deep": Fault(strike=_unmarked),
    "huge-body": _TOO_LARGE,
    "gzip-bomb": _TOO_LARGE,
    "content-length-long": Fault(strike=_cut, after=None),
    "bad-gzip": Fault(strike=_unreadable("a body that is not gzip, as its header says,")),
    "wrong-charset": Fault(change=content.in_latin_1, brings_text=True),
    "headers-then-stall": Fault(stalls=True),
    "stall-mid": Fault(stalls=True, after=None),
    "keepalive-forever": Fault(stalls=True),
    "drip": Fault(change=content.in_drops),
    "drip.for-ever": Fault(change=content.slowly, endless=True),
    "cut-before-first": _CLOSED,
    "cut-mid-rst": Fault(strike=_cut, after=None),
    "cut-mid-fin": Fault(strike=_cut, after=None),
    "cut-clean-no-done": Fault(strike=_unmarked, after=None),
    "cut-clean-no-done.unframed": Fault(strike=_unmarked, after=None),
    "no-done-but-finish": _ODD,
    "done-null-finish": _ODD,
    "done-then-open": _ODD,
    "sse-error-event": Fault(strike=_FIRE),
    "sse-error-event.after-text": Fault(strike=_FIRE, after=None),
    "sse-error-event.named": Fault(strike=_FIRE, after=None),
    "sse-split": Fault(change=content.hard_to_cut, brings_text=True),
    "sse-garbage": Fault(strike=_unreadable("something that is not a JSON object"), after=None),
    "odd-frames": _ODD,
    "stream-ignored": _ODD,
    "finish-length": Fault(change=content.at_the_limit),
    "finish-content-filter": Fault(change=content.filtered),
    "refusal": Fault(change=content.empty, refusal="I can't help with that."),
    "tool-args-cut": Fault(change=content.with_cut_call),
    "empty-answer": Fault(change=content.empty),
    "reasoning-only": Fault(change=content.only_reasoning),
    "repeated-chunks": Fault(change=content.repeated),
    "ansi": Fault(change=content.hostile, brings_text=True),
    "nul-and-bidi": Fault(change=content.unseen, brings_text=True),
    "ansi-in-error": Fault(strike=_echoed_key),
    "markup": Fault(change=content.markup, brings_text=True),
    "vendor-error-200": Fault(strike=_in_answer("invalid api key", 2049)),
    "vendor-error-200.in-a-piece": Fault(strike=_in_answer("您的账户已达到速率限制", 1302)),
    "vendor-error-200.xml": Fault(strike=_in_answer("No, sir", "AccessDenied")),
    "vendor-error-200.words": Fault(strike=_in_answer("model is overloaded, try later", "")),
    "error-in-choice.after-text": Fault(strike=_in_answer("The upstream slipped", 429), after=None),
    "rate-413.400": Fault(strike=_refused(400, "too fast", code="rate_limit_exceeded")),
    "error-in-choice": Fault(strike=_in_answer("The upstream slipped", 429)),
    "error-shapes": Fault(strike=_refused(400, "It rains")),
    "context-words": Fault(
        strike=_refused(
            400,
            "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in"
            " 300412 tokens.",
        )
    ),
    "rate-413": Fault(
        strike=_refused(
            413,
            "Request too large on tokens per minute (TPM): Limit 6000, Requested 9031",
        )
    ),
    "clean-end-empty": Fault(strike=_ended_early),
    "other-model": Fault(change=content.by_another_model),
    "no-model": Fault(change=content.by_no_model),
    "own-server-names": _ODD,
    "base-forms": _ODD,
}
"""Every fault that a server can cause, by its name in the catalogue."""
