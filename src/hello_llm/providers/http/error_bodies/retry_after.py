"""Parses ``Retry-After`` (RFC 9110, section 10.2.3) and similar requests to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"\s*\d{1,15}(\.\d*)?\s*", re.ASCII)


def wait_in(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds `headers` ask to wait, or ``None`` if they have no usable value.

    Args:
        headers: the headers by lower-case name; OpenAI and Azure also send ``retry-after-ms``.
    """
    milliseconds = headers.get("retry-after-ms", "")
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    return seconds_to_wait(headers.get("retry-after"))


def seconds_to_wait(value: str | None, now: datetime | None = None) -> float | None:
    """Return how many seconds `value` asks to wait, or ``None`` if it is not usable.

    Args:
        value: the header's value; fractions of a second are accepted, as vendors send them.
        now: the current time, from which a date counts; by default the clock's.
    """
    if value is None:
        return None
    if _NUMBER.fullmatch(value):
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
