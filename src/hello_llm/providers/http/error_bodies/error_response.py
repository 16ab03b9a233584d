"""What a server says in place of an answer, and which kind of error that is."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any

from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import codes_in, delay_in, message_in, shortened
from hello_llm.providers.http.error_bodies.words import Sign, never_fits, signs_in

_TRANSIENT = frozenset({408, 409, 429, 500, 502, 503, 504, 522, 524, 529})
"""The statuses after which the same call may succeed."""


class Kind(Enum):
    """What an error response means for whoever asked."""

    QUOTA = auto()
    """There is nothing left to spend."""
    RATE = auto()
    """Too much was asked in too short a time."""
    CONTEXT = auto()
    """The prompt is larger than the model's context."""
    FILTER = auto()
    """A content filter stopped the request."""
    KEY = auto()
    """The key is missing, wrong, or not allowed to do this."""
    MODEL = auto()
    """There is no such model."""
    ADDRESS = auto()
    """Nothing answers calls at this address."""
    REQUEST = auto()
    """The request is wrong in some other way."""
    TIMEOUT = auto()
    """The server waited too long for another."""
    SERVER = auto()
    """The server failed."""
    REDIRECT = auto()
    """The server sends elsewhere."""
    TLS = auto()
    """The server speaks TLS, and was called without."""


_BUSY = frozenset({400, 403, 413, 422})
_BELIEVED: tuple[tuple[Sign, frozenset[int], Kind], ...] = (
    (Sign.QUOTA, frozenset({400, 401, 403, 413, 422, 429}), Kind.QUOTA),
    (Sign.RATE, _BUSY | {409, 429, 500, 502, 503, 529}, Kind.RATE),
    (Sign.CONTEXT, frozenset({400, 413, 422, 500, 503}), Kind.CONTEXT),
    (Sign.FILTER, frozenset({400, 403, 422, 451}), Kind.FILTER),
    (Sign.OVERLOAD, _BUSY, Kind.RATE),
    (Sign.API_KEY, frozenset({400, 422, 500}), Kind.KEY),
    (Sign.MODEL, frozenset({400, 404, 422}), Kind.MODEL),
)
"""The statuses under which each sign says more than the status does; the first that fits counts."""

_BY_CODE_ALONE = frozenset({Sign.QUOTA, Sign.CONTEXT, Sign.FILTER})
"""What a code may say under any status."""

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
    (Sign.MODEL, 404),
    (Sign.API_KEY, 401),
    (Sign.ACCESS, 403),
    (Sign.OVERLOAD, 529),
    (Sign.TIMEOUT, 504),
    (Sign.UNAVAILABLE, 503),
    (Sign.REQUEST, 400),
)
"""The status that each sign stands for where the server sent none; the first found counts."""

_TLS_WORDS = re.compile(r"HTTP request .{0,200}HTTPS (port|server)", re.IGNORECASE)


@dataclass(frozen=True)
class ErrorResponse:
    """What a server said in place of an answer."""

    status: int
    """The HTTP status, or the one that an error in the place of an answer stands for."""
    codes: tuple[str, ...] = ()
    """The machine-readable codes and types of the error, the most telling first."""
    words: str = ""
    """The server's own message, on one line."""
    page: str = ""
    """The whole answer; a page of HTML is only looked at, and never quoted."""
    delay_s: float | None = None
    """Seconds that it asks to wait."""
    in_answer: bool = False
    """Whether it was an error where an answer was due."""

    @classmethod
    def of_answer(cls, status: int, body: bytes, delay_s: float | None = None) -> "ErrorResponse":
        """Read an answer with an error status.

        Args:
            status: the status.
            body: the answer, as far as it came.
            delay_s: seconds that its headers ask to wait; if they don't, the answer may.
        """
        page = body.decode("utf-8-sig", errors="replace")
        said = parse_body(page)
        delay_s = delay_in(said) if delay_s is None else delay_s
        return cls(status, codes_in(said), message_in(said), page, delay_s)

    @classmethod
    def of_object(cls, said: Any) -> "ErrorResponse":  # noqa: ANN401 - whatever JSON the server sent
        """Read an error object; one that nobody knows is the server's."""
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
        """The server's own message, to follow our sentence."""
        return f': it says "{shortened(self.words)}"' if self.words else ""

    @cached_property
    def signs(self) -> frozenset[Sign]:
        """What words and codes speak of."""
        return signs_in(self.words, self.codes)

    @cached_property
    def kind(self) -> Kind:
        """Which kind it is: by the status, unless words or codes say more than that."""
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
        """Whether an error in the place of an answer says which kind it is."""
        return bool(self.signs) or any(re.fullmatch(r"[45]\d\d", code) for code in self.codes)

    @property
    def lasting(self) -> bool:
        """Whether the same call would be refused again."""
        if self.kind is Kind.RATE:
            return never_fits(self.words)
        passing = {Kind.TIMEOUT, Kind.SERVER, Kind.REQUEST}
        return self.status not in _TRANSIENT or self.kind not in passing
