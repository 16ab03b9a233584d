"""Turns what LiteLLM raises into our errors: by what happened on the wire, never by class name.

LiteLLM calls a refused connection an internal server error and a missing key likewise, so its
classes and status codes are only believed where a server really answered.
"""

import json
import re
import socket
import ssl
from types import ModuleType

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    DeadlineError,
    FilteredError,
    HelloLLMError,
    LLMReply,
    RateLimitedError,
    RequestError,
    UnreachableError,
)
from hello_llm.providers.litellm.connection import NotHTTPError
from hello_llm.providers.litellm.evidence import Evidence
from hello_llm.providers.litellm.failure import (
    code_in,
    error_code,
    find,
    http_status,
    innermost,
    is_litellms,
    quote,
    sentence_in,
)
from hello_llm.providers.litellm.refusals import Refusal, explain, speaks_tls
from hello_llm.providers.litellm.route import Route
from hello_llm.providers.litellm.wire_tap import ErrorInAnswerError, UnreadableAnswerError


def translate(
    litellm: ModuleType,
    error: Exception,
    route: Route,
    partial: LLMReply,
    evidence: Evidence,
) -> HelloLLMError | None:
    """Return our error for `error`, or ``None`` if it is none of LiteLLM's or the network's.

    Args:
        litellm: the loaded module.
        error: what a call or a stream raised.
        route: where the call went.
        partial: the reply as far as it came.
        evidence: what was seen on the wire.
    """
    problem = _explained(litellm, error, route, partial, evidence)
    if problem is not None:
        problem.partial = partial
        if problem.transient:
            problem.retry_after_s = evidence.retry_after_s
    return problem


def _explained(
    litellm: ModuleType, error: Exception, route: Route, partial: LLMReply, evidence: Evidence
) -> HelloLLMError | None:
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    unsupported = find(error, litellm.UnsupportedParamsError)
    if unsupported is not None:
        return RequestError(f"{route.typed} does not take a parameter: {_own_words(unsupported)}")
    started = bool(partial.text or partial.reasoning or partial.tool_calls)
    if evidence.filtered:
        return FilteredError(
            "a content filter stopped the reply",
            "change the prompt, or the filter's settings with the vendor",
        )
    if evidence.problem is not None:
        return _bad_answer(litellm, evidence.problem, route, started=started)
    if started or (evidence.cut and find(error, httpx.TransportError)):
        return _deadline(litellm, error, route, evidence) or _cut_off(error, route)
    status = evidence.status or http_status(error)
    if status is not None and status >= 300:
        return explain(Refusal(status, error_code(error), quote(error)), route, litellm)
    return _network(litellm, error, route, evidence) or _unreadable(litellm, error, route, status)


def _bad_answer(
    litellm: ModuleType,
    problem: UnreadableAnswerError | ErrorInAnswerError,
    route: Route,
    *,
    started: bool,
) -> HelloLLMError:
    """Explain an answer that was given up while it came."""
    if isinstance(problem, UnreadableAnswerError):
        return BrokenReplyError(
            f"{route.place} sent {problem} in place of a reply", "what arrived is kept; try again"
        )
    refusal = Refusal.of_object(code_in(problem.said), sentence_in(problem.said))
    if started:
        return BrokenReplyError(
            f"{route.place} failed in the middle of a reply{refusal.said}",
            "what arrived is kept; try again",
        )
    return explain(refusal, route, litellm)


def _deadline(
    litellm: ModuleType, error: Exception, route: Route, evidence: Evidence
) -> DeadlineError | None:
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    if find(error, httpx.TimeoutException, litellm.Timeout) is None:
        return None
    if find(error, httpx.ConnectTimeout):
        seconds = evidence.transport.connect_timeout
        return DeadlineError(
            f"no connection to {route.place} within {seconds:g} s (the connect deadline)",
            "raise it with --connect-timeout SECONDS, 0 turns it off",
            transient=True,
        )
    return DeadlineError(
        f"gave up waiting to hear from {route.place}",
        "give the provider a larger timeout",
        transient=True,
    )


def _cut_off(error: Exception, route: Route) -> BrokenReplyError | None:
    """Explain a failure in the middle of a reply."""
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now
    import openai  # noqa: PLC0415 - as above

    if find(error, json.JSONDecodeError):
        what = "sent something unreadable in the middle of a reply"
    elif find(error, httpx.TransportError):
        what = "closed the connection in the middle of a reply"
    elif find(error, openai.OpenAIError) or is_litellms(error):
        what = f"failed in the middle of a reply{_said(error)}"
    else:
        return None
    return BrokenReplyError(f"{route.place} {what}", "what arrived is kept; try again")


def _network(
    litellm: ModuleType, error: Exception, route: Route, evidence: Evidence
) -> HelloLLMError | None:
    """Explain a call that reached no server, or got no answer from it."""
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    deadline = _deadline(litellm, error, route, evidence)
    if deadline is not None:
        return deadline
    greeting = find(error, NotHTTPError)
    if isinstance(greeting, NotHTTPError):
        return _no_http(greeting.greeting, route)
    if find(error, socket.gaierror):
        return UnreachableError(
            f"cannot resolve {route.place.partition(':')[0]}",
            "check the host in --api-base, and the network",
        )
    tls = find(error, ssl.SSLError)
    if tls is not None:
        return _tls(tls, route)
    if find(error, httpx.ConnectError, ConnectionRefusedError):
        if evidence.transport.proxy is not None:
            return UnreachableError(
                f"cannot connect to the proxy {evidence.transport.proxy}",
                "check proxy in the profile",
                transient=True,
            )
        return UnreachableError(
            f"cannot connect to {route.place}", _start_hint(route), transient=True
        )
    if find(error, httpx.ProxyError):
        return UnreachableError(
            f"the proxy {evidence.transport.proxy} does not lead to {route.place}",
            "check proxy in the profile",
        )
    if find(error, httpx.UnsupportedProtocol, httpx.InvalidURL):
        return UnreachableError(f"{route.api_base} is no address", "--api-base http://HOST:PORT")
    protocol = find(error, httpx.RemoteProtocolError)
    ended = protocol is not None and re.search("disconnected|peer closed", str(protocol))
    if ended or find(error, httpx.ReadError, httpx.WriteError, httpx.CloseError):
        return UnreachableError(
            f"{route.place} closed the connection before any reply",
            "try again, or check --api-base if you gave one",
            transient=True,
        )
    return None


def _no_http(greeting: bytes, route: Route) -> HelloLLMError:
    if greeting[:2] in {b"\x15\x03", b"\x16\x03"}:
        return speaks_tls(route)
    return BrokenReplyError(
        f"{route.place} does not speak HTTP", "check --api-base: is that the address of a chat API?"
    )


def _tls(error: BaseException, route: Route) -> UnreachableError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(
            f"the certificate of {route.place} cannot be trusted: {error.verify_message}",
            "if it is yours, put it into a PEM file and name that in the profile: ca_file",
        )
    return UnreachableError(
        f"no TLS with {route.place}", f"is it http://{route.place} and not https://?"
    )


def _start_hint(route: Route) -> str:
    if route.vendor == "ollama_chat":
        return "ollama serve   starts it; --api-base names another address"
    if route.api_base is not None:
        return f"start the server at {route.place}, or name another with --api-base"
    return "check the network"


def _unreadable(
    litellm: ModuleType, error: Exception, route: Route, status: int | None
) -> HelloLLMError | None:
    """Explain an answer that came and was no reply, or a call that LiteLLM would not make."""
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now
    import openai  # noqa: PLC0415 - as above

    if find(error, litellm.RateLimitError):
        return RateLimitedError(f"{route.place} is limiting requests{_said(error)}", transient=True)
    known = find(error, openai.OpenAIError, httpx.HTTPError, json.JSONDecodeError)
    if known is None and not is_litellms(error):
        return None
    if status is None and not find(error, httpx.ProtocolError):
        kind = AuthError if find(error, litellm.AuthenticationError) else RequestError
        return kind(f"LiteLLM cannot call {route.typed}: {innermost(error)}")
    return BrokenReplyError(
        f"{route.place} answered, but not with a reply{_said(error)}",
        "check --api-base: is that the address of a chat API?",
    )


def _said(error: Exception) -> str:
    said = quote(error)
    return f': it says "{said}"' if said else ""


def _own_words(error: BaseException) -> str:
    """Return LiteLLM's own sentence without its class names."""
    return str(getattr(error, "message", error)).partition("\n")[0].rpartition(": ")[2]
