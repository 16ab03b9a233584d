"""Reads the ``Retry-After`` header: seconds or a date (RFC 9110, section 10.2.3)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_to_wait(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that `value` asks to wait, or ``None`` if it says nothing usable.

    Args:
        value: the header; fractions of a second are taken too, as vendors send them.
        now: the present, for a date; by default the clock's.
    """
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,15}(\.\d*)?\s*", value, re.ASCII):
        return float(value)
    return _until(value, now or datetime.now(UTC))


def _until(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
