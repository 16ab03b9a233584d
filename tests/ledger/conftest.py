"""A ledger in a folder of its own, and a clock that stands still until it is moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hello_llm.ledger.ledger import Ledger

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class StoppedClock:
    """A clock that says what it was set to."""

    def __init__(self) -> None:
        self.time = NOON.timestamp()

    def __call__(self) -> float:
        return self.time

    def set(self, moment: datetime) -> None:
        self.time = moment.timestamp()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hello-llm" / "ledger.sqlite3"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def zone() -> tzinfo:
    return ZoneInfo("UTC")


@pytest.fixture
def ledger(path, clock, zone) -> Iterator[Ledger]:
    with Ledger(path, clock=clock, zone=zone) as ledger:
        yield ledger
