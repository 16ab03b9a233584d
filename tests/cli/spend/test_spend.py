"""`spend`: what calls cost, and what the limits leave."""

import json
from pathlib import Path

import jsonschema
import pytest

from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Ledger
from hello_llm.rendering.json.schemas import load_schema
from hello_llm.settings.paths import default_ledger_file
from tests.cli.program import child, program, shell

LIMITS = """version = 1
[profiles.work]
[budget]
daily = 0.000001
[budget.profiles.work]
monthly = "2.50"
"""


@pytest.fixture
def ledger(home):
    """The user's ledger, with two calls and a reservation."""
    with Ledger(default_ledger_file()) as ledger:
        ledger.reserve(PlannedCall("chat", "openai/x", 500, "work")).settle(400, tokens_in=12)
        ledger.reserve(PlannedCall("check", "openai/y", 500)).settle(600, tokens_out=3)
        ledger.reserve(PlannedCall("chat", "openai/x", 100))
        yield ledger


def document(*flags):
    ended = program("spend", "--json", *flags)
    assert (ended.code, ended.stderr) == (0, "")
    document = json.loads(ended.text)
    jsonschema.validate(document, load_schema("spend"))
    return document


def test_the_ledger_is_in_the_state_folder(ledger, home):
    assert document()["ledger"] == str(home / ".local/state/hello-llm/ledger.sqlite3")


@pytest.mark.usefixtures("ledger")
def test_amounts_are_exact_in_billionths_and_rounded_in_millionths():
    found = document("--by", "model")

    assert (found["usd_micros"], found["usd_nanos"], found["at_bound_usd_nanos"]) == (1, 1100, 100)
    rows = [(row["name"], row["usd_micros"], row["usd_nanos"]) for row in found["rows"]]
    assert rows == [("openai/y", 1, 600), ("openai/x", 1, 500)]
    (reservation,) = found["reservations"]
    assert (reservation["usd_nanos"], reservation["process"]) == (100, "running")


@pytest.mark.usefixtures("ledger")
def test_each_limit_is_shown_with_what_it_leaves(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(LIMITS)

    limits = document("--config", config)["limits"]

    left = {one["key"]: (one["left_usd_nanos"], one["profile"]) for one in limits}
    assert left == {
        "budget.daily": (0, None),
        "budget.profiles.work.monthly": (2_500_000_000 - 400, "work"),
    }
    shown = program("spend", "--config", config).text
    assert "daily limit: $0.000001 of $0.000001 spent, $0.0000001 reserved, $0 left until" in shown


@pytest.mark.usefixtures("ledger")
def test_csv_is_for_spreadsheets():
    ended = program("spend", "--csv", "--by", "command", "--since", "1h")

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.text.splitlines() == [
        "command,calls,tokens_in,tokens_out,usd,usd_at_bound,unpriced,kept,exceeded",
        "check,1,,3,0.0000006,0.00,0,0,1",
        "chat,2,12,,0.0000005,0.0000001,0,0,0",
    ]


def test_without_a_ledger_it_says_so_and_makes_none(home):
    for flags, shown in ((), "nothing was spent since"), (("reconcile",), "nothing to reconcile"):
        ended = program("spend", *flags)
        assert ended.code == 0
        assert shown in ended.text
        assert ended.stderr == (
            f"note: there is no ledger yet: {default_ledger_file()} does not exist\n"
        )
    assert not (home / ".local").exists()


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (
            ("--since", "soon"),
            (
                "--since must be a date such as 2026-01-31, or a time back from now such as 12h,"
                ' 7d or 4w, not "soon"'
            ),
            "--since 7d",
        ),
        (("--json", "--csv"), "--json and --csv ask for different formats", "leave out one"),
        (
            ("--csv", "reconcile"),
            "--csv is an option of hello-llm spend",
            "hello-llm spend reconcile --help",
        ),
        (
            ("--by", "week"),
            "invalid value for '--by': 'week' is not one of 'day', 'model', 'profile', 'command'",
            "hello-llm spend --help",
        ),
    ],
)
def test_a_mistake_is_explained(flags, message, hint):
    ended = program("spend", *flags)

    assert ended.code == 2
    assert ended.stderr == f"error: {message}\nhint: {hint}\n"


def test_a_damaged_ledger_is_an_error_of_its_own_document(home):
    path = default_ledger_file()
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(b"no database" * 100)
    path.chmod(0o600)

    for words in (["spend"], ["spend", "reconcile"]):
        ended = program(*words, "--json")
        failed = json.loads(ended.text)
        assert (ended.code, failed["exit_code"], failed["error"]["code"]) == (13, 13, "IO")
        assert failed["error"]["message"].startswith(f"cannot use the ledger {path}: it is damaged")


@pytest.mark.usefixtures("ledger")
def test_reconcile_marks_what_killed_processes_left(ledger):
    assert program("spend", "reconcile").text == (
        "marked as killed: 0 reservations; $0 counts as spent\n"
        "left as it is: 1 reservation in progress\n"
    )
    with ledger.database().transaction() as connection:
        connection.execute("UPDATE calls SET pid = 1073741824 WHERE state = 'reserved'")

    assert "hello-llm spend reconcile marks" in program("spend").text
    assert program("spend", "reconcile").text == (
        "marked as killed: 1 reservation; $0.0000001 counts as spent\n"
    )
    assert program("spend", "reconcile").text == "there is nothing to reconcile\n"
    assert document()["kept"] == 1


def test_without_a_home_it_says_what_to_set(home):
    ended = child("spend", HOME="", XDG_STATE_HOME="", XDG_CONFIG_HOME=str(home))
    assert "Traceback" not in ended.stderr
    assert ended.code in {0, 2}  # where the system knows the home by itself, nothing is missing


@pytest.mark.usefixtures("ledger")
def test_output_that_cannot_be_written_is_an_error():
    assert shell('"$@" spend >/dev/full').code == 13
    assert Path("/dev/full").exists()
