"""The exit codes: the only list of them, stable across releases."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What happened, as a process exit status; the name is the ``code`` of a JSON error."""

    meaning: str

    def __new__(cls, value: int, meaning: str = "") -> Self:
        """Attach the sentence that the documentation and ``help exit-codes`` print."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    OK = 0, "a complete reply was delivered"
    CHECK_FAILED = 1, "a check or assertion ran and said no"
    USAGE = 2, "bad flag, bad profile, bad suite file, empty prompt, unknown provider"
    AUTH = 3, "key missing or refused (401, 403)"
    REQUEST = 4, "unknown model, unsupported parameter, refused request (400, 404, 422)"
    RATE_LIMITED = 5, "429 after the retries, or quota/billing exhausted (402)"
    UNREACHABLE = 6, "DNS, refused, TLS, proxy, closed before any reply"
    TIMEOUT = 7, "a deadline passed; the message names which one and the flag that raises it"
    SERVER = 8, "5xx or 529 after the retries"
    BROKEN_REPLY = 9, "cut-off or malformed reply; what arrived is kept and marked"
    FILTERED = 10, "stopped by a content filter"
    CONTEXT = 11, "prompt too long for the model"
    BUDGET = 12, "a spending limit would be or was crossed"
    IO = 13, "disk full, unwritable output"
    SCHEMA = 14, "the reply does not satisfy the JSON schema asked for"
    BUG = (
        70,
        "an unexpected exception, a damaged installation, or a machine that lacks memory or files",
    )
    INT = 130, "Ctrl-C"
    PIPE = 141, "the reader of the output went away"
    TERM = 143, "SIGTERM"
