"""What a server says in place of an answer, and which kind of refusal that is."""

import re
from dataclasses import dataclass
from typing import Any

from hello_llm.providers.litellm.error_body import codes_in, delay_in, parse_body, sentence_in

_TRANSIENT = frozenset({408, 409, 429, 500, 502, 503, 504, 522, 524, 529})
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
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})
_MODEL_CODES = frozenset({"invalid_model", "model_not_found"})
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
_KEY_WORDS = re.compile(
    r"(invalid|incorrect) api key|api key (is )?(invalid|not valid)", re.IGNORECASE
)
_TLS_WORDS = re.compile(r"HTTP request .{0,200}HTTPS (port|server)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server said in place of an answer."""

    status: int
    """The HTTP status, or the one that the code of an error object stands for."""
    codes: tuple[str, ...] = ()
    """The machine-readable codes and types of the error, the most telling first."""
    words: str = ""
    """The server's own sentence."""
    page: str = ""
    """The whole answer; a page of HTML is only looked at, and never quoted."""
    delay_s: float | None = None
    """Seconds that it asks to wait."""
    in_answer: bool = False
    """Whether it was an error object where an answer was due."""

    @classmethod
    def of_answer(cls, status: int, body: bytes, delay_s: float | None = None) -> "Refusal":
        """Return the refusal that an answer with an error status is.

        Args:
            status: the status.
            body: the answer, as far as it came.
            delay_s: seconds that its headers ask to wait; if they don't, the answer may.
        """
        page = body.decode("utf-8-sig", errors="replace")
        said = parse_body(page)
        delay_s = delay_in(said) if delay_s is None else delay_s
        return cls(status, codes_in(said), sentence_in(said), page, delay_s)

    @classmethod
    def of_object(cls, said: dict[str, Any]) -> "Refusal":
        """Return the refusal that an error object is; one that nobody knows is the server's."""
        codes = codes_in(said)
        status = next(filter(None, map(_status_of, codes)), 500)
        return cls(status, codes, sentence_in(said), delay_s=delay_in(said), in_answer=True)

    @property
    def label(self) -> str:
        """The status or code, for a message."""
        return next(iter(self.codes), "error") if self.in_answer else str(self.status)

    @property
    def said(self) -> str:
        """The server's own sentence, to follow ours."""
        return f': it says "{self.words}"' if self.words else ""

    @property
    def over_quota(self) -> bool:
        """Whether there is nothing left to spend: waiting does not help."""
        words = self.status in {400, 403, 429} and _QUOTA_WORDS.search(self.words)
        return self.status == 402 or self._has(_QUOTA_CODES) or bool(words)

    @property
    def too_long(self) -> bool:
        """Whether the prompt is larger than the model's context."""
        words = self.status in {400, 413, 422, 500} and _CONTEXT_WORDS.search(self.words)
        return self._has(_CONTEXT_CODES) or bool(words)

    @property
    def lasting(self) -> bool:
        """Whether the same call would be refused again."""
        if self.status not in _TRANSIENT:
            return True
        return self.over_quota or self.too_long or self.filtered

    @property
    def filtered(self) -> bool:
        """Whether a content filter stopped the request."""
        return self._has(_FILTER_CODES)

    @property
    def of_model(self) -> bool:
        """Whether there is no such model, as far as is known."""
        return self.status == 404 or self._has(_MODEL_CODES)

    @property
    def of_key(self) -> bool:
        """Whether it is the key that was refused; some vendors say so with status 400."""
        words = self.status == 400 and _KEY_WORDS.search(self.words)
        return self.status in {401, 403} or bool(words)

    @property
    def of_tls(self) -> bool:
        """Whether a server that speaks TLS was called without."""
        return self.status == 400 and bool(_TLS_WORDS.search(self.page))

    def _has(self, codes: frozenset[str]) -> bool:
        return not codes.isdisjoint(self.codes)


def _status_of(code: str) -> int | None:
    if re.fullmatch(r"[45]\d\d", code):
        return int(code)
    return _STATUS_OF_CODE.get(code.lower())
