"""The moment from which spending is listed, as a user writes it."""

import re
from datetime import date, timedelta, tzinfo

from hello_llm.contract import UsageError
from hello_llm.ledger.windows import local_time, midnight_ms
from hello_llm.text import phrases

USUAL = "30d"
"""What counts if nothing is written."""
ACCEPTED = "a date such as 2026-01-31, or a time back from now such as 12h, 7d or 4w"

_BACK = re.compile(r"([1-9]\d{0,3})([hdw])", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAYS_OF = {"d": 1, "w": 7}
_HOUR_MS = 3_600_000


def since_ms(written: str, now_ms: int, zone: tzinfo | None = None) -> int:
    """Return the moment that is meant, in milliseconds since 1970 (UTC).

    Args:
        written: a date, of which the first moment counts; or hours, days or weeks back. Days are
            whole ones: ``7d`` is today and the six days before.
        now_ms: the current time.
        zone: the time zone of days; ``None`` is that of this process.

    Raises:
        UsageError: it is something else.
    """
    back = _BACK.fullmatch(written)
    if back is not None and back[2] == "h":
        return now_ms - int(back[1]) * _HOUR_MS
    try:
        if back is not None:
            days = int(back[1]) * _DAYS_OF[back[2]]
            return midnight_ms(local_time(now_ms, zone).date() - timedelta(days - 1), zone)
        if _DATE.fullmatch(written):
            return midnight_ms(date.fromisoformat(written), zone)
    except (ValueError, OverflowError):  # there is no such day
        pass
    raise UsageError(f"--since must be {ACCEPTED}, not {phrases.quoted(written)}", "--since 7d")
