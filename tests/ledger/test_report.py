"""What is read from the ledger: groups, sums, limits, and from when on."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hello_llm.contract import UsageError
from hello_llm.contract.budget import NO_BUDGET, Budget, Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.report import report
from hello_llm.ledger.since import since_ms
from tests.ledger.conftest import NOON

NOW_MS = int(NOON.timestamp()) * 1000
ZONE = ZoneInfo("Europe/Berlin")


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1h", "2026-03-04 11:00"),
        ("48h", "2026-03-02 12:00"),
        ("1d", "2026-03-03 23:00"),
        ("7d", "2026-02-25 23:00"),
        ("1w", "2026-02-25 23:00"),
        ("2026-01-31", "2026-01-30 23:00"),
        ("2025-07-01", "2025-06-30 22:00"),
    ],
)
def test_from_when_on_is_a_date_or_a_time_back(written, meant):
    assert since_ms(written, NOW_MS, ZONE) == moment(meant)


@pytest.mark.parametrize(
    "written",
    ["", "7", "0d", "7m", "1.5d", "-1d", "2026-1-1", "2026-02-30", "0000-01-01", "yesterday", "٣d"],
)
def test_anything_else_is_refused_with_what_is_accepted(written):
    with pytest.raises(UsageError) as refused:
        since_ms(written, NOW_MS, ZONE)
    assert refused.value.message == (
        "--since must be a date such as 2026-01-31, or a time back from now such as 12h, 7d or 4w,"
        f' not "{written}"'
    )


@pytest.fixture
def calls(ledger, clock):
    """Five calls on two days, one of them never sent."""
    made = (
        (-1, "chat", "openai/x", "work", 100),
        (-1, "check", "openai/y", None, 900),
        (0, "chat", "openai/x", None, 300),
        (0, "chat", "openai/y", "work", 700),
    )
    for days, command, model, profile, cost in made:
        clock.set(NOON + timedelta(days))
        ledger.reserve(PlannedCall(command, model, 1000, profile)).settle(cost, tokens_in=1)
    ledger.reserve(PlannedCall("chat", "openai/z", 5000)).release()
    ledger.reserve(PlannedCall("chat", "openai/x", 50))


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("day", [("2026-03-03", 2, 1000), ("2026-03-04", 3, 1050)]),
        ("model", [("openai/y", 2, 1600), ("openai/x", 3, 450)]),
        ("profile", [(None, 3, 1250), ("work", 2, 800)]),
        ("command", [("chat", 4, 1150), ("check", 1, 900)]),
    ],
)
@pytest.mark.usefixtures("calls")
def test_spending_is_listed_by(path, clock, zone, by, rows):
    found = report(path, NO_BUDGET, by, "30d", clock=clock, zone=zone)

    assert [(row.name, row.calls, row.nano_usd) for row in found.rows] == rows
    assert (found.total.calls, found.total.nano_usd) == (5, 2050)
    assert (found.total.at_bound_nano_usd, found.total.tokens_in) == (50, 4)
    assert found.total.tokens_out is None
    assert [one.call.bound_nano_usd for one in found.reservations] == [50]


@pytest.mark.parametrize(("since", "total"), [("1d", 1050), ("24h", 2050), ("23h", 1050)])
@pytest.mark.usefixtures("calls")
def test_only_what_came_later_is_listed(path, clock, zone, since, total):
    assert report(path, NO_BUDGET, "day", since, clock=clock, zone=zone).total.nano_usd == total


def test_without_a_ledger_nothing_is_spent_and_none_is_made(path, clock, zone):
    budget = Budget((Limit("daily", 10),))
    found = report(path, budget, "day", "7d", clock=clock, zone=zone)

    assert (found.ledger, found.rows, found.total.nano_usd) == (None, [], 0)
    assert [(one.left_nano_usd, one.ends_at_ms) for one in found.standings] == [
        (10, moment("2026-03-05 00:00"))
    ]
    assert not path.parent.exists()


def test_an_empty_file_is_no_ledger_yet(path, clock, zone):
    path.parent.mkdir(parents=True)
    path.touch()
    assert report(path, NO_BUDGET, "day", "7d", clock=clock, zone=zone).ledger is None


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("in_use", [True, False])
def test_it_is_read_where_nothing_can_be_written(path, ledger, tmp_path, in_use):
    if not in_use:
        ledger.__exit__(None, None, None)
    own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    bind = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    readonly = [*own, "sh", "-c", bind, str(path.parent)]
    if subprocess.run([*readonly, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    from tests.cli.program import COMMAND

    environ = os.environ | {"XDG_STATE_HOME": str(path.parent.parent)}
    since = "2026-01-01"
    ended = subprocess.run(
        [*readonly, *COMMAND, "spend", "--csv", "--by", "command", "--since", since],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    assert ended.stderr == ""
    assert ended.stdout.splitlines()[1:] == [
        "chat,4,3,,0.00000115,0.00000005,0,0,0",
        "check,1,1,,0.0000009,0.00,0,0,0",
    ]
