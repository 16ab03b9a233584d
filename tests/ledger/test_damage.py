"""A ledger that cannot be used refuses calls in a friendly way, or warns, as the user wants."""

import sqlite3
from contextlib import closing

import pytest

from hello_llm.contract import ExitCode
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.errors import LedgerError
from hello_llm.ledger.ledger import Ledger
from hello_llm.ledger.spending import reading
from tests.ledger.reading import states

CALL = PlannedCall("chat", "openai/x", 1)


def make(path, *statements) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def refusal(path) -> LedgerError:
    """Return the error of reserving, which reading the ledger gives as well."""
    with Ledger(path) as ledger, pytest.raises(LedgerError) as refused:
        ledger.reserve(CALL)
    with pytest.raises(LedgerError) as unread, reading(path) as reader:
        reader.spending("model", 0)
    assert unread.value.message == refused.value.message
    return refused.value


def test_a_newer_version_is_named_and_left_alone(ledger, path):
    ledger.reserve(CALL)
    make(path, "PRAGMA user_version = 2")

    error = refusal(path)

    assert error.message == (
        f"cannot use the ledger {path}: its version is 2, and this release of hello-llm knows"
        " version 1"
    )
    assert error.hint == f"update hello-llm, or start a new ledger: mv {path} {path}.other"
    assert states(path) == ["reserved"]


def test_the_database_of_another_program_is_left_alone(path):
    make(path, "CREATE TABLE songs (title TEXT)")

    assert refusal(path).message.endswith(": it is the database of another program")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda whole: b"version = 1\n" * 1000, id="another kind of file"),
        pytest.param(lambda whole: b"SQLite format 3\0" + bytes(4080), id="only a head"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="half of it"),
        pytest.param(lambda whole: whole[:4096] + b"\xa5" * (len(whole) - 4096), id="noise"),
    ],
)
def test_a_damaged_file_is_named_with_the_way_to_a_new_one(path, spoil):
    with Ledger(path) as ledger:
        for _ in range(200):
            ledger.reserve(CALL).settle(1)
    path.write_bytes(spoil(path.read_bytes()))

    error = refusal(path)

    assert error.exit_code is ExitCode.IO
    assert error.message.startswith(f"cannot use the ledger {path}: it is damaged (")
    assert error.hint == f"start a new one: mv {path} {path}.damaged"


def test_an_empty_file_becomes_a_ledger(path):
    path.parent.mkdir(parents=True, mode=0o700)
    path.touch(0o600)

    with Ledger(path) as ledger:
        ledger.reserve(CALL)
    assert states(path) == ["reserved"]


def test_with_a_warning_in_place_of_a_refusal_the_call_is_made_unrecorded(path):
    make(path, "CREATE TABLE songs (title TEXT)")
    budget = Budget((Limit("daily", 1),), "warn")

    with Ledger(path) as ledger:
        reservation = ledger.reserve(CALL, budget)
        reservation.settle(1)
        reservation.keep("cut")

    assert reservation.warning == (
        f"cannot use the ledger {path}: it is the database of another program;"
        " this call is not recorded"
    )


def test_the_message_is_for_a_terminal_and_the_hint_for_a_shell(tmp_path):
    path = tmp_path / "a b\x1b" / "ledger.sqlite3"
    make(path, "CREATE TABLE songs (title TEXT)")

    error = refusal(path)

    assert "\x1b" not in error.message
    assert f"mv '{path}' '{path}.other'" in str(error.hint)


def test_an_old_sqlite_is_refused_by_its_version(path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with Ledger(path) as ledger, pytest.raises(LedgerError, match=r"is too old; it needs 3\.37$"):
        ledger.reserve(CALL)
