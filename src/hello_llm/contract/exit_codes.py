"""The exit codes, in their only list; stable across releases."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """A process exit status; its name is the ``code`` of a JSON error."""

    meaning: str

    def __new__(cls, value: int, meaning: str = "") -> Self:
        """Attach the sentence that the documentation and ``help exit-codes`` print."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    OK = 0, "the complete reply was delivered"
    CHECK_FAILED = 1, "a check or assertion failed"
    USAGE = 2, "invalid flag, profile, suite or script; empty prompt; unknown provider"
    AUTH = 3, "the API key is missing or was rejected (401, 403)"
    REQUEST = 4, "unknown model, unsupported parameter, or rejected request (400, 404, 422)"
    RATE_LIMITED = 5, "rate limit (429) after all retries, or quota or billing exhausted (402)"
    UNREACHABLE = 6, "no connection (DNS, refused, TLS, proxy), or closed before any reply"
    TIMEOUT = 7, "a deadline passed; the message names it and the flag that raises it"
    SERVER = 8, "server error (5xx, 529) after all retries"
    BROKEN_REPLY = 9, "the reply is cut off or malformed; what arrived is kept and marked"
    FILTERED = 10, "a content filter stopped the reply"
    CONTEXT = 11, "the prompt is too long for the model"
    BUDGET = 12, "a spending limit would be or was exceeded"
    IO = 13, "the output or the ledger cannot be written, for example because the disk is full"
    SCHEMA = 14, "reserved: the reply does not match the requested JSON Schema"
    BUG = (
        70,
        "unexpected error, damaged installation, or not enough memory or file handles",
    )
    INT = 130, "interrupted (Ctrl-C)"
    PIPE = 141, "the reader closed the output"
    TERM = 143, "terminated (SIGTERM)"
