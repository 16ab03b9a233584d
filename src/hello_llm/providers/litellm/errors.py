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
    ContextError,
    DeadlineError,
    HelloLLMError,
    LLMReply,
    RateLimitedError,
    RequestError,
    ServerError,
    UnreachableError,
)
from hello_llm.providers.litellm.failure import (
    error_code,
    find,
    http_status,
    innermost,
    is_litellms,
    quote,
)
from hello_llm.providers.litellm.route import Route

_CONTEXT_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


def translate(
    litellm: ModuleType,
    error: Exception,
    route: Route,
    partial: LLMReply,
    status: int | None = None,
    *,
    cut: bool = False,
) -> HelloLLMError | None:
    """Return our error for `error`, or ``None`` if it is none of LiteLLM's or the network's.

    Args:
        litellm: the loaded module.
        error: what a call or a stream raised.
        route: where the call went.
        partial: the reply as far as it came.
        status: the HTTP status that was seen on the wire; LiteLLM invents some.
        cut: whether a reply in one piece had begun to arrive.
    """
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    unsupported = find(error, litellm.UnsupportedParamsError)
    if unsupported is not None:
        return RequestError(f"{route.typed} does not take a parameter: {_own_words(unsupported)}")
    started = bool(partial.text or partial.reasoning or partial.tool_calls)
    started = started or (cut and find(error, httpx.TransportError) is not None)
    status = status or http_status(error)
    if started:
        problem: HelloLLMError | None = _deadline(litellm, error, route) or _cut_off(error, route)
    elif status is not None and status >= 300:
        problem = _refused(litellm, error, route, status)
    else:
        problem = _network(litellm, error, route) or _unreadable(litellm, error, route, status)
    if problem is not None:
        problem.partial = partial
    return problem


def _refused(litellm: ModuleType, error: Exception, route: Route, status: int) -> HelloLLMError:
    """Explain an answer with an error status."""
    code, said = error_code(error), _said(error)
    if status in {401, 403}:
        return _key_refused(route, status, said)
    if status == 402 or code in _QUOTA_CODES:
        return RateLimitedError(
            f"{route.place} refused the call over quota or billing ({status}){said}",
            "check the balance and the plan of the account the key belongs to",
            status=status,
        )
    if code in _CONTEXT_CODES or find(error, litellm.ContextWindowExceededError):
        return ContextError(
            f"the prompt is too long for {route.typed}{said}",
            "shorten the prompt, or choose a model with a larger context",
            status=status,
        )
    if status == 404:
        return _not_found(route, said)
    if status == 429:
        return RateLimitedError(
            f"{route.place} is limiting requests (429){said}", "wait, then try again", status=status
        )
    if status in {408, 504, 522, 524}:
        return DeadlineError(
            f"{route.place} gave up waiting for its own model ({status}){said}",
            "try again, or shorten the prompt",
            status=status,
        )
    if status < 400:
        return BrokenReplyError(
            f"{route.place} redirects elsewhere ({status}), which no API does",
            "check --api-base",
            status=status,
        )
    if status < 500:
        return RequestError(
            f"{route.place} refused the request ({status}){said}",
            "--dry-run shows the request as it is sent",
            status=status,
        )
    return ServerError(
        f"{route.place} failed ({status}){said}", "try again in a while", status=status
    )


def _key_refused(route: Route, status: int, said: str) -> AuthError:
    if route.key_variable is None:
        return AuthError(
            f"{route.place} wants a key ({status}), and the call went without one{said}",
            "name the variable that holds it with --api-key-env",
            status=status,
        )
    return AuthError(
        f"{route.place} refused the key in {route.key_variable} ({status}){said}",
        f"export {route.key_variable}=…   with a key that is valid for {route.typed}",
        status=status,
    )


def _not_found(route: Route, said: str) -> RequestError:
    # Without its word for it, the path may be unknown and not the model.
    if route.vendor == "ollama_chat" and "model" in said:
        return RequestError(
            f"Ollama at {route.place} has no model {route.name!r}",
            f"ollama pull {route.name}",
            status=404,
        )
    return RequestError(
        f"{route.place} knows no model {route.name!r}{said}",
        "check the name of the model, and --api-base if you gave one",
        status=404,
    )


def _deadline(litellm: ModuleType, error: Exception, route: Route) -> DeadlineError | None:
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    if find(error, httpx.TimeoutException, litellm.Timeout) is None:
        return None
    doing = "connect to" if find(error, httpx.ConnectTimeout) else "hear from"
    return DeadlineError(
        f"gave up waiting to {doing} {route.place}", "raise --timeout SECONDS, 0 turns it off"
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


def _network(litellm: ModuleType, error: Exception, route: Route) -> HelloLLMError | None:
    """Explain a call that reached no server, or got no answer from it."""
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    deadline = _deadline(litellm, error, route)
    if deadline is not None:
        return deadline
    if find(error, socket.gaierror):
        return UnreachableError(
            f"cannot resolve {route.place.partition(':')[0]}",
            "check the host in --api-base, and the network",
        )
    tls = find(error, ssl.SSLError)
    if tls is not None:
        return _tls(tls, route)
    if find(error, httpx.ConnectError, ConnectionRefusedError):
        return UnreachableError(f"cannot connect to {route.place}", _start_hint(route))
    if find(error, httpx.UnsupportedProtocol, httpx.InvalidURL):
        return UnreachableError(f"{route.api_base} is no address", "--api-base http://HOST:PORT")
    protocol = find(error, httpx.RemoteProtocolError)
    ended = protocol is not None and re.search("disconnected|peer closed", str(protocol))
    if ended or find(error, httpx.ReadError, httpx.WriteError, httpx.CloseError):
        return UnreachableError(
            f"{route.place} closed the connection before any reply",
            "try again, or check --api-base if you gave one",
        )
    return None


def _tls(error: BaseException, route: Route) -> UnreachableError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(
            f"the certificate of {route.place} cannot be trusted: {error.verify_message}"
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
        return RateLimitedError(f"{route.place} is limiting requests{_said(error)}")
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
