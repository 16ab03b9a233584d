"""Translates LiteLLM's exceptions into ours by what happened on the wire, not by class name.

LiteLLM reports a refused connection as an internal server error, and a missing key as well. Its
classes and status codes are therefore trusted only where a server really answered.
"""

import json
import re
from dataclasses import fields, replace
from types import ModuleType

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    BugError,
    FilteredError,
    HelloLLMError,
    LLMReply,
    Params,
    RateLimitedError,
    RequestError,
)
from hello_llm.machine import limits
from hello_llm.providers.http.client.connection import OtherHostError
from hello_llm.providers.http.client.diagnostics import Diagnostics
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.error_bodies.retry_after import wait_in
from hello_llm.providers.http.errors.bad_answers import (
    bad_answer,
    cut_off,
    failed_midway,
    no_reply,
    not_a_reply,
)
from hello_llm.providers.http.errors.connection_errors import deadline, no_answer
from hello_llm.providers.http.errors.error_mapping import explain
from hello_llm.providers.http.errors.exception_chain import (
    answer_to,
    began_here,
    chain,
    error_codes,
    find,
    innermost,
    is_litellms,
    quote,
    spoken,
)
from hello_llm.providers.http.errors.proxy_errors import proxys_own
from hello_llm.providers.http.route import Route


def translate(
    litellm: ModuleType,
    error: Exception,
    route: Route,
    partial: LLMReply,
    diagnostics: Diagnostics,
) -> HelloLLMError | None:
    """Translate a LiteLLM or network exception into ours; return ``None`` for any other.

    Args:
        litellm: the loaded module.
        error: the exception that a call or a stream raised.
        route: where the call went.
        partial: the part of the reply that arrived.
        diagnostics: the facts observed on the wire.
    """
    partial = replace(partial, text=partial.text + diagnostics.beside)
    problem = _lacking(error) or _explained(litellm, error, route, partial, diagnostics)
    if problem is not None:
        problem.partial = partial
    return problem


def _lacking(error: Exception) -> BugError | None:
    """Explain that memory or descriptors ran out, however LiteLLM reported it."""
    found = next(filter(None, map(limits.explain, chain(error))), None)
    return None if found is None else BugError(*found)


def _explained(
    litellm: ModuleType, error: Exception, route: Route, partial: LLMReply, diagnostics: Diagnostics
) -> HelloLLMError | None:
    import httpx

    other = find(error, OtherHostError)
    if isinstance(other, OtherHostError):
        return RequestError(
            f"LiteLLM calls {route.vendor} at {other.host}, not at the API base; nothing was sent",
            "leave out --api-base, or choose the vendor whose protocol the server speaks",
        )
    unsupported = find(error, litellm.UnsupportedParamsError)
    if unsupported is not None:
        return _not_taken(route, spoken(unsupported))
    response, known = _error_response(error, diagnostics), known_models(litellm, route)
    if response is not None:
        theirs = proxys_own(route, diagnostics)
        return theirs or explain(response, route, known, diagnostics.asked)
    started = bool(partial.text or partial.reasoning or partial.tool_calls)
    if diagnostics.filtered:
        return FilteredError.of_reply()
    if diagnostics.problem is not None:
        return bad_answer(diagnostics.problem, route, diagnostics, known, started=started)
    late = deadline(error, route, diagnostics.transport, diagnostics.network, litellm.Timeout)
    if late is not None:
        return late
    if started or (diagnostics.cut and find(error, httpx.TransportError)):
        return _cut_off(error, route, started=started)
    return no_answer(error, route, diagnostics.network) or _unreadable(
        litellm, error, route, diagnostics
    )


def _error_response(error: Exception, diagnostics: Diagnostics) -> ErrorResponse | None:
    """Parse an answer with an error status, even if only part of it arrived."""
    status, delay_s = diagnostics.status, diagnostics.retry_after_s
    if status is None:
        answer = answer_to(error)
        if answer is not None:
            status, delay_s = answer.status_code, wait_in(answer.headers)
    if status is None or status < 300:
        return None
    if diagnostics.body:
        return ErrorResponse.of_answer(status, diagnostics.body, delay_s)
    return ErrorResponse(status, error_codes(error), quote(error), delay_s=delay_s)


def _not_taken(route: Route, reason: str) -> RequestError:
    """Return the error for a parameter that the vendor's model rejects, quoting `reason`."""
    named = [one.name for one in fields(Params) if re.search(rf"\b{one.name}\b", reason)]
    flags = " and ".join("--" + name.replace("_", "-") for name in named)
    return RequestError(
        f"{route.typed} does not accept {' and '.join(named) or 'a parameter'} as given: {reason}",
        f"leave out {flags or 'the flag'}",
    )


def _cut_off(error: Exception, route: Route, *, started: bool) -> BrokenReplyError | None:
    """Explain a failure in the middle of a reply."""
    import httpx
    import openai

    if find(error, json.JSONDecodeError):
        return cut_off(route, "sent something unreadable", started=started)
    if find(error, httpx.TransportError):
        return cut_off(route, started=started)
    if find(error, openai.OpenAIError) or is_litellms(error):
        return failed_midway(route, _said(error))
    return None


def _unreadable(
    litellm: ModuleType, error: Exception, route: Route, diagnostics: Diagnostics
) -> HelloLLMError | None:
    """Explain an answer that was not a reply, or a call that LiteLLM refused to make."""
    import httpx
    import openai

    if diagnostics.answered and not began_here(error):
        if diagnostics.body or not diagnostics.begun:
            return not_a_reply(route, diagnostics, known_models(litellm, route))
        return BrokenReplyError(
            f"{route.place} sent a reply that LiteLLM cannot read",
            "switch between --stream and --no-stream, or try another model",
        )
    if find(error, litellm.RateLimitError):
        message = f"{route.place} is rate-limiting requests{_said(error)}"
        return RateLimitedError(message, transient=True)
    known = find(error, openai.OpenAIError, httpx.HTTPError, json.JSONDecodeError)
    if known is None and not is_litellms(error):
        return None
    if answer_to(error) is not None or find(error, httpx.ProtocolError):
        return no_reply(route, _said(error))
    kind = AuthError if find(error, litellm.AuthenticationError) else RequestError
    return kind(f"LiteLLM cannot call {route.typed}: {innermost(error)}")


def _said(error: Exception) -> str:
    said = quote(error)
    return f': it says "{said}"' if said else ""


def known_models(litellm: ModuleType, route: Route) -> list[str]:
    """Return the vendor's models that LiteLLM lists."""
    names = litellm.models_by_provider.get(route.vendor, ())
    return sorted({name.removeprefix(f"{route.vendor}/") for name in names})
