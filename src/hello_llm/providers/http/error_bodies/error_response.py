"""Parses and classifies an error that a server sends instead of an answer."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import codes_in, delay_in, message_in, shortened
from hello_llm.providers.http.error_bodies.words import Sign, never_fits, signs_in

_TRANSIENT = frozenset({408, 409, 429, 500, 502, 503, 504, 522, 524, 529})
"""The statuses after which a retry may succeed."""


class Kind(Enum):
    """What an error response means for the caller."""

    QUOTA = auto()
    """The quota or the balance is used up."""
    RATE = auto()
    """There were too many requests or tokens in too short a time."""
    CONTEXT = auto()
    """The prompt is larger than the model's context."""
    FILTER = auto()
    """A content filter stopped the request."""
    KEY = auto()
    """The key is missing, wrong, or not allowed to do this."""
    STREAM = auto()
    """The server does not stream this model's answers, or not for this account."""
    MODEL = auto()
    """The model does not exist."""
    ADDRESS = auto()
    """There is no endpoint for calls at this address."""
    REQUEST = auto()
    """The request is wrong in some other way."""
    TIMEOUT = auto()
    """The server timed out waiting for another server."""
    SERVER = auto()
    """The server failed."""
    REDIRECT = auto()
    """The server redirects elsewhere."""
    TLS = auto()
    """The server speaks TLS, but the call did not."""


_BUSY = frozenset({400, 403, 413, 422})
_BELIEVED: tuple[tuple[Sign, frozenset[int], Kind], ...] = (
    (Sign.QUOTA, frozenset({400, 401, 403, 413, 422, 429}), Kind.QUOTA),
    (Sign.RATE, _BUSY | {409, 429, 500, 502, 503, 529}, Kind.RATE),
    (Sign.CONTEXT, frozenset({400, 413, 422, 500, 503}), Kind.CONTEXT),
    (Sign.FILTER, frozenset({400, 403, 422, 451}), Kind.FILTER),
    (Sign.OVERLOAD, _BUSY, Kind.RATE),
    (Sign.STREAM, frozenset({400, 403, 404, 405, 422, 500, 501}), Kind.STREAM),
    (Sign.API_KEY, frozenset({400, 422, 500}), Kind.KEY),
    (Sign.MODEL, frozenset({400, 404, 422}), Kind.MODEL),
)
"""The statuses that each sign overrides, and the kind it then means; the first match counts."""

_BY_CODE_ALONE = frozenset({Sign.QUOTA, Sign.CONTEXT, Sign.FILTER})
"""Signs that override any status if a code shows them."""

_OF_STATUS = {
    401: Kind.KEY,
    402: Kind.QUOTA,
    403: Kind.KEY,
    404: Kind.ADDRESS,
    405: Kind.ADDRESS,
    408: Kind.TIMEOUT,
    429: Kind.RATE,
    504: Kind.TIMEOUT,
    522: Kind.TIMEOUT,
    524: Kind.TIMEOUT,
}
_STATUS_OF_SIGN = (
    (Sign.QUOTA, 402),
    (Sign.RATE, 429),
    (Sign.CONTEXT, 400),
    (Sign.FILTER, 400),
    (Sign.STREAM, 400),
    (Sign.MODEL, 404),
    (Sign.API_KEY, 401),
    (Sign.ACCESS, 403),
    (Sign.OVERLOAD, 529),
    (Sign.TIMEOUT, 504),
    (Sign.UNAVAILABLE, 503),
    (Sign.REQUEST, 400),
)
"""The status to assume for each sign if the server sent none; the first match counts."""

_TLS_WORDS = re.compile(r"HTTP request .{0,200}HTTPS (port|server)", re.IGNORECASE)


@dataclass(frozen=True)
class ErrorResponse:
    """An error that a server sent instead of an answer."""

    status: int
    """The HTTP status, or the equivalent of an error where an answer was expected."""
    codes: tuple[str, ...] = ()
    """The machine-readable codes and types of the error, the most specific first."""
    words: str = ""
    """The server's own message, on one line."""
    page: str = ""
    """The whole body; an HTML page is only searched, never quoted."""
    delay_s: float | None = None
    """How many seconds the server asks to wait."""
    in_answer: bool = False
    """Whether the error came where an answer was expected."""

    @classmethod
    def of_answer(cls, status: int, body: bytes, delay_s: float | None = None) -> "ErrorResponse":
        """Parse a response with an error status.

        Args:
            status: the HTTP status.
            body: the body, as far as it arrived.
            delay_s: seconds that the headers ask to wait; if ``None``, the body may say so.
        """
        page = body.decode("utf-8-sig", errors="replace")
        said = parse_body(page)
        delay_s = delay_in(said) if delay_s is None else delay_s
        return cls(status, codes_in(said), message_in(said), page, delay_s)

    @classmethod
    def of_object(cls, said: object) -> "ErrorResponse":
        """Parse an error object; an unrecognized error counts as a server failure."""
        codes, words = codes_in(said), message_in(said)
        numbers = (int(code) for code in codes if re.fullmatch(r"[45]\d\d", code))
        signs = signs_in(words, codes)
        known = (status for sign, status in _STATUS_OF_SIGN if sign in signs)
        status = next(numbers, None) or next(known, 500)
        return cls(status, codes, words, delay_s=delay_in(said), in_answer=True)

    @property
    def label(self) -> str:
        """The status or code, for a message."""
        return next(iter(self.codes), "error") if self.in_answer else str(self.status)

    @property
    def said(self) -> str:
        """The server's own message, to append to our sentence."""
        return f': it says "{shortened(self.words)}"' if self.words else ""

    @cached_property
    def signs(self) -> frozenset[Sign]:
        """The causes that the words and codes indicate."""
        return signs_in(self.words, self.codes)

    @cached_property
    def kind(self) -> Kind:
        """The kind of error: by the status, unless the words or codes are more specific."""
        if self.status == 400 and _TLS_WORDS.search(self.page):
            return Kind.TLS
        if self.status < 400:
            return Kind.REDIRECT
        coded = signs_in("", self.codes) & _BY_CODE_ALONE
        for sign, statuses, kind in _BELIEVED:
            if sign in coded or (sign in self.signs and self.status in statuses):
                return kind
        if self.status == 404 and "model" in self.words.lower():
            return Kind.MODEL
        return _OF_STATUS.get(self.status, Kind.REQUEST if self.status < 500 else Kind.SERVER)

    @property
    def known(self) -> bool:
        """Whether an error where an answer was expected reveals its kind."""
        return bool(self.signs) or any(re.fullmatch(r"[45]\d\d", code) for code in self.codes)

    @property
    def lasting(self) -> bool:
        """Whether the same call would fail again."""
        if self.kind is Kind.RATE:
            return never_fits(self.words)
        passing = {Kind.TIMEOUT, Kind.SERVER, Kind.REQUEST}
        return self.status not in _TRANSIENT or self.kind not in passing
