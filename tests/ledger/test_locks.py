"""No lock keeps the program from its deadline or from Ctrl-C."""

import signal
import sqlite3
import threading
from contextlib import closing

import pytest

from hello_llm.calls.money import Meter
from hello_llm.contract import DeadlineError
from hello_llm.contract.budget import Budget
from hello_llm.ledger import database
from hello_llm.ledger import ledger as ledger_module
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.errors import LockedError
from hello_llm.ledger.ledger import Ledger
from hello_llm.settings.fields import Settings
from tests.engine.fakes import REQUEST, Fake
from tests.ledger.reading import states, total
from tests.ledger.worker import Worker

CALL = PlannedCall("chat", "openai/x", 1)


@pytest.fixture
def lock(ledger, path):
    """A lock that another program holds on the ledger."""
    ledger.reserve(CALL)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield holder


def test_the_time_of_the_call_ends_the_wait(lock, path):
    with Ledger(path) as ledger, pytest.raises(DeadlineError) as late:
        ledger.reserve(CALL, timeout_s=0.05)
    assert late.value.message == (
        f"the call's time was over before it began: cannot use the ledger {path}:"
        " another call keeps it locked"
    )
    assert late.value.hint == "raise --timeout"


@pytest.mark.parametrize(("timeout", "error"), [(0.05, DeadlineError), (0.0, LockedError)])
def test_the_setting_of_the_time_limits_the_wait_of_a_call(lock, path, monkeypatch, timeout, error):
    monkeypatch.setenv("XDG_STATE_HOME", str(path.parent.parent))
    monkeypatch.setattr(ledger_module, "PATIENCE_S", 0.1)
    settings = Settings(provider="litellm", model="openai/x", ledger=True, timeout=timeout)
    asked = Fake()
    with Meter("chat", settings, None) as meter, pytest.raises(error):
        meter.around(asked, settings).chat(REQUEST)
    assert asked.taken == 0


def test_a_warning_instead_of_a_refusal_does_not_outlast_the_time_of_the_call(lock, path):
    with Ledger(path) as ledger, pytest.raises(DeadlineError):
        ledger.reserve(CALL, Budget(mode="warn"), timeout_s=0)


def test_without_a_deadline_the_wait_ends_as_well(lock, path, monkeypatch):
    monkeypatch.setattr(ledger_module, "PATIENCE_S", 0.05)
    with Ledger(path) as ledger, pytest.raises(LockedError, match="another call keeps it locked"):
        ledger.reserve(CALL)


def test_a_lock_that_ends_is_waited_for(lock, path):
    timer = threading.Timer(0.1, lock.execute, ["COMMIT"])
    timer.start()
    with Ledger(path) as ledger:
        ledger.reserve(CALL)
    timer.join()
    assert states(path) == ["reserved", "reserved"]


def test_reading_waits_for_nobody(lock, path):
    assert total(path).calls == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait(lock, path, number):
    with Worker(path) as process:
        process.tell("reserve", 1)
        threading.Event().wait(0.3)
        process.strike(number)
        code, said = process.end()
    assert code in {-number, 1, 128 + number}
    assert number == signal.SIGTERM or said.rstrip().endswith("KeyboardInterrupt")
    assert states(path) == ["reserved"]


def interrupt(connection):
    """Do half of something."""
    connection.execute("DELETE FROM calls")
    raise KeyboardInterrupt


def test_after_an_interruption_within_a_transaction_the_next_one_is_whole(ledger, path):
    ledger.reserve(CALL).settle(1)
    with pytest.raises(KeyboardInterrupt), ledger.database().transaction() as connection:
        interrupt(connection)
    ledger.reserve(CALL).settle(1)
    ledger.database()._connection.execute("BEGIN IMMEDIATE")  # as an exception might leave it
    ledger.reserve(CALL)

    assert states(path) == ["settled", "settled", "reserved"]


def test_without_a_write_ahead_log_a_writer_waits_for_readers(path, monkeypatch):
    monkeypatch.setattr(database, "is_remote", lambda _: True)
    with Ledger(path) as ledger:
        ledger.reserve(CALL)
        with closing(
            sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        ) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM calls").fetchall()
            timer = threading.Timer(0.1, reader.execute, ["COMMIT"])
            timer.start()
            ledger.reserve(CALL)
            timer.join()
    assert states(path) == ["reserved", "reserved"]
