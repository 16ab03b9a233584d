"""Days, weeks and months of a clock: they follow one another without a gap, whatever it does."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hello_llm.contract.budget import WINDOWS
from hello_llm.ledger.windows import span_around

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "America/Sao_Paulo"),
    *("America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Beirut"),
)
YEAR_2000_MS, YEAR_2030_MS = 946_684_800_000, 1_893_456_000_000


def moment(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ms(text: str) -> int:
    return int(moment(text).timestamp() * 1000)


@given(st.sampled_from(WINDOWS), st.sampled_from(ZONES), st.integers(YEAR_2000_MS, YEAR_2030_MS))
@example("daily", "America/St_Johns", ms("2006-10-29 02:45"))
@example("daily", "Pacific/Apia", ms("2011-12-30 09:59:59"))
@example("daily", "America/Havana", ms("2025-11-02 04:30"))
def test_every_moment_is_in_exactly_one_window(window, zone, at_ms):
    zone = ZoneInfo(zone)
    start_ms, end_ms = span_around(window, at_ms, zone)

    assert start_ms <= at_ms < end_ms
    assert span_around(window, start_ms, zone) == (start_ms, end_ms)
    assert span_around(window, end_ms - 1, zone) == (start_ms, end_ms)
    assert span_around(window, end_ms, zone).start_ms == end_ms


@pytest.mark.parametrize(
    ("window", "zone", "at", "start", "end"),
    [
        ("daily", "UTC", "2026-03-04 12:00", "2026-03-04 00:00", "2026-03-05 00:00"),
        ("weekly", "UTC", "2026-03-04 12:00", "2026-03-02 00:00", "2026-03-09 00:00"),
        ("weekly", "UTC", "2026-03-02 00:00", "2026-03-02 00:00", "2026-03-09 00:00"),
        ("monthly", "UTC", "2026-03-04 12:00", "2026-03-01 00:00", "2026-04-01 00:00"),
        # The end of a year, which a week does not care about.
        ("daily", "UTC", "2026-12-31 23:59:59", "2026-12-31 00:00", "2027-01-01 00:00"),
        ("weekly", "UTC", "2026-12-31 23:59:59", "2026-12-28 00:00", "2027-01-04 00:00"),
        ("monthly", "UTC", "2026-12-31 23:59:59", "2026-12-01 00:00", "2027-01-01 00:00"),
        ("monthly", "UTC", "2028-02-29 12:00", "2028-02-01 00:00", "2028-03-01 00:00"),
        # Daylight saving time: days of 23 and 25 hours.
        ("daily", "Europe/Berlin", "2026-03-29 12:00", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("daily", "Europe/Berlin", "2026-10-25 12:00", "2026-10-24 22:00", "2026-10-25 23:00"),
        ("weekly", "Europe/Berlin", "2026-10-25 12:00", "2026-10-18 22:00", "2026-10-25 23:00"),
        ("monthly", "Europe/Berlin", "2026-03-01 12:00", "2026-02-28 23:00", "2026-03-31 22:00"),
        # No midnight: the day begins at one.
        ("daily", "America/Sao_Paulo", "2018-11-04 12:00", "2018-11-04 03:00", "2018-11-05 02:00"),
        # Midnight twice: the day begins with the first.
        ("daily", "America/Havana", "2025-11-02 04:30", "2025-11-02 04:00", "2025-11-03 05:00"),
        ("daily", "America/Havana", "2025-11-02 05:30", "2025-11-02 04:00", "2025-11-03 05:00"),
        # At one past midnight the clock went back into the day before, which had ended.
        ("daily", "America/St_Johns", "2006-10-29 02:45", "2006-10-29 02:30", "2006-10-30 03:30"),
        # A day that did not exist.
        ("daily", "Pacific/Apia", "2011-12-30 09:59", "2011-12-29 10:00", "2011-12-30 10:00"),
        ("daily", "Pacific/Apia", "2011-12-30 10:00", "2011-12-30 10:00", "2011-12-31 10:00"),
    ],
)
def test_the_window_around_a_moment(window, zone, at, start, end):
    assert span_around(window, ms(at), ZoneInfo(zone)) == (ms(start), ms(end))


@pytest.mark.parametrize("zone", ZONES)
def test_without_a_zone_the_windows_are_those_of_this_process(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for days in range(0, 9000, 7):
            at_ms = YEAR_2000_MS + int(timedelta(days, hours=days % 24).total_seconds()) * 1000
            assert span_around("daily", at_ms) == span_around("daily", at_ms, ZoneInfo(zone))
    finally:
        monkeypatch.undo()
        time.tzset()
