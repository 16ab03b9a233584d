"""The windows of time in which spending is limited: days, weeks and months of the local clock.

Windows follow one another without a gap, whatever a clock does: a day that begins with daylight
saving time has 23 hours, and where midnight comes twice, the day begins with the first.
"""

from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from hello_llm.contract.budget import Window

_A_DAY, _A_WEEK, _MORE_THAN_A_MONTH = timedelta(1), timedelta(7), timedelta(31)


class Span(NamedTuple):
    """A span of time, in milliseconds since 1970 (UTC)."""

    start_ms: int
    """When it begins."""
    end_ms: int
    """The first moment after it."""


def span_around(window: Window, at_ms: int, zone: tzinfo | None = None) -> Span:
    """Return the window that contains the moment `at_ms`.

    Args:
        window: which kind of window.
        at_ms: milliseconds since 1970 (UTC).
        zone: the time zone; ``None`` is that of this process.
    """
    first = _first(window, local_time(at_ms, zone).date())
    while at_ms >= (end_ms := midnight_ms(_next(window, first), zone)):
        # Where the clock goes back over midnight, the new day has begun already.
        first = _next(window, first)
    return Span(midnight_ms(first, zone), end_ms)


def local_time(at_ms: int, zone: tzinfo | None = None) -> datetime:
    """Return a moment on the clock of `zone`, or else of this process."""
    return datetime.fromtimestamp(at_ms // 1000, zone).astimezone(zone)


def midnight_ms(day: date, zone: tzinfo | None = None) -> int:
    """Return the moment at which `day` begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def _first(window: Window, day: date) -> date:
    """Return the first day of the window that contains `day`."""
    match window:
        case "daily":
            return day
        case "weekly":
            return day - timedelta(day.weekday())
        case "monthly":
            return day.replace(day=1)


def _next(window: Window, first: date) -> date:
    """Return the first day of the window after the one that begins with `first`."""
    match window:
        case "daily":
            return first + _A_DAY
        case "weekly":
            return first + _A_WEEK
        case "monthly":
            return (first + _MORE_THAN_A_MONTH).replace(day=1)
