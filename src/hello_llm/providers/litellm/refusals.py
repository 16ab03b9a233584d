"""The table of refusals: what an error status or an error object of a server means."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ContextError,
    DeadlineError,
    HelloLLMError,
    RateLimitedError,
    RequestError,
    ServerError,
    UnreachableError,
)
from hello_llm.providers.litellm.route import Route

TRANSIENT = frozenset({408, 409, 429, 500, 502, 503, 504, 522, 524, 529})
"""The statuses after which the same call may succeed."""

_STATUS_OF_CODE = {
    "api_error": 500,
    "authentication_error": 401,
    "deadline_exceeded": 504,
    "internal": 500,
    "internal_error": 500,
    "internal_server_error": 500,
    "invalid_api_key": 401,
    "invalid_argument": 400,
    "invalid_request_error": 400,
    "model_not_found": 404,
    "not_found": 404,
    "not_found_error": 404,
    "overloaded": 529,
    "overloaded_error": 529,
    "permission_denied": 403,
    "permission_error": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "request_too_large": 413,
    "resource_exhausted": 429,
    "server_error": 500,
    "service_unavailable": 503,
    "timeout": 504,
    "timeout_error": 504,
    "too_many_requests": 429,
    "unauthenticated": 401,
    "unavailable": 503,
}
_CONTEXT_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
_QUOTA_CODES = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error"}
)
_CONTEXT_WORDS = re.compile(
    r"context (length|window|size)|prompt (is )?too long|input token count|too many tokens"
    r"|(input|prompt) length exceeds|maximum (context|prompt|input)"
    r"|exceeds? the (available )?context|too large for model",
    re.IGNORECASE,
)
_QUOTA_WORDS = re.compile(
    r"insufficient (quota|balance|credit|fund)|credit balance is too low|out of credits"
    r"|billing (hard )?limit",
    re.IGNORECASE,
)
_TLS_WORDS = re.compile(r"HTTP request .*HTTPS (port|server)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server said in place of an answer."""

    status: int
    """The HTTP status, or the one that the code of an error object stands for."""
    code: str = ""
    """The machine-readable code or type of the error."""
    words: str = ""
    """The server's own sentence."""
    in_answer: bool = False
    """Whether it was an error object where an answer was due."""

    @classmethod
    def of_object(cls, code: str, words: str) -> "Refusal":
        """Return the refusal that an error object is; one that nobody knows is the server's."""
        status = int(code) if re.fullmatch(r"[45]\d\d", code) else None
        status = status or _STATUS_OF_CODE.get(code.lower(), 500)
        return cls(status, code, words, in_answer=True)

    @property
    def label(self) -> str:
        """The status or code, for a message."""
        return self.code or "error" if self.in_answer else str(self.status)

    @property
    def said(self) -> str:
        """The server's own sentence, to follow ours."""
        return f': it says "{self.words}"' if self.words else ""

    @property
    def over_quota(self) -> bool:
        """Whether there is nothing left to spend: waiting does not help."""
        words = self.status in {400, 403, 429} and _QUOTA_WORDS.search(self.words)
        return self.status == 402 or self.code in _QUOTA_CODES or bool(words)

    @property
    def too_long(self) -> bool:
        """Whether the prompt is larger than the model's context."""
        words = self.status in {400, 413, 422, 500} and _CONTEXT_WORDS.search(self.words)
        return self.code in _CONTEXT_CODES or bool(words)


def explain(refusal: Refusal, route: Route, litellm: ModuleType) -> HelloLLMError:
    """Return our error for `refusal`."""
    status = None if refusal.in_answer else refusal.status
    problem = _explained(refusal, route, litellm)
    problem.status = status
    problem.transient = refusal.status in TRANSIENT and not (refusal.over_quota or refusal.too_long)
    return problem


def _explained(refusal: Refusal, route: Route, litellm: ModuleType) -> HelloLLMError:
    status, label, said = refusal.status, refusal.label, refusal.said
    if status == 400 and _TLS_WORDS.search(refusal.words):
        return speaks_tls(route)
    if refusal.over_quota:
        return RateLimitedError(
            f"{route.place} refused the call over quota or billing ({label}){said}",
            "check the balance and the plan of the account the key belongs to",
        )
    if refusal.too_long:
        return ContextError(
            f"the prompt is too long for {route.typed}{said}",
            "shorten the prompt, or choose a model with a larger context",
        )
    if status in {401, 403}:
        return _key_refused(refusal, route)
    if status == 404:
        return _not_found(refusal, route, litellm)
    if status == 429:
        return RateLimitedError(
            f"{route.place} is limiting requests ({label}){said}", "wait, then try again"
        )
    if status in {408, 504, 522, 524}:
        return DeadlineError(
            f"{route.place} gave up waiting for its own model ({label}){said}",
            "try again, or shorten the prompt",
        )
    if status < 400:
        return BrokenReplyError(
            f"{route.place} redirects elsewhere ({label}), which no API does", "check --api-base"
        )
    if status < 500:
        return RequestError(
            f"{route.place} refused the request ({label}){said}",
            "--dry-run shows the request as it is sent",
        )
    return ServerError(f"{route.place} failed ({label}){said}", "try again in a while")


def speaks_tls(route: Route) -> UnreachableError:
    """Return the error of a plain call to a server that speaks TLS."""
    return UnreachableError(
        f"{route.place} speaks TLS", f"is it https://{route.place} and not http://?"
    )


def _key_refused(refusal: Refusal, route: Route) -> AuthError:
    if route.key_variable is None:
        return AuthError(
            f"{route.place} wants a key ({refusal.label}), and the call went without one"
            f"{refusal.said}",
            "name the variable that holds it with --api-key-env",
        )
    return AuthError(
        f"{route.place} refused the key in {route.key_variable} ({refusal.label}){refusal.said}",
        f"export {route.key_variable}=…   with a key that is valid for {route.typed}",
    )


def _not_found(refusal: Refusal, route: Route, litellm: ModuleType) -> RequestError:
    # Without its word for it, the path may be unknown and not the model.
    if route.vendor == "ollama_chat" and "model" in refusal.words:
        return RequestError(
            f"Ollama at {route.place} has no model {route.name!r}", f"ollama pull {route.name}"
        )
    known = sorted(_known_models(litellm, route.vendor))
    near = [f"{route.vendor}/{name}" for name in get_close_matches(route.name, known)]
    return RequestError(
        f"{route.place} knows no model {route.name!r}{refusal.said}",
        f"did you mean {' or '.join(near)}?"
        if near and route.name not in known
        else "check the name of the model, and --api-base if you gave one",
    )


def _known_models(litellm: ModuleType, vendor: str) -> set[str]:
    names = litellm.models_by_provider.get(vendor, ())
    return {name.removeprefix(f"{vendor}/") for name in names}
