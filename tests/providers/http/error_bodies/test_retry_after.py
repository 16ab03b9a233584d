"""How long a server asks to wait."""

from datetime import UTC, datetime

import pytest

from hello_llm.providers.http.error_bodies.retry_after import seconds_to_wait, wait_in

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("1", 1.0),
        (" 2.5 ", 2.5),
        ("0", 0.0),
        ("-5", None),
        ("soon", None),
        ("NaN", None),
        ("1e309", None),
        ("inf", None),
        ("1_000", None),
        ("9" * 400, None),
        ("Tue, 24 Nov 2026 12:00:03 GMT", 3.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2026 13:00:05 +0100", 5.0),
        ("Tue, 24 Nov 2026 12:00:07", 7.0),
        ("Tue, 99 Nov 2026 12:00:07 GMT", None),
        ("Tue, 24 Nov 99999999999 12:00:07 GMT", None),
    ],
)
def test_seconds_and_dates_are_read_and_nonsense_is_not(header, seconds):
    assert seconds_to_wait(header, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "2", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "2", "retry-after-ms": "soon"}, 2.0),
    ],
)
def test_milliseconds_are_more_exact_than_seconds(headers, seconds):
    assert wait_in(headers) == seconds
