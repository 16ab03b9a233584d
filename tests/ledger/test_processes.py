"""A limit holds over all processes at once, also if some of them are killed."""

import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from hello_llm.contract import BudgetError
from hello_llm.contract.budget import Budget, Limit
from hello_llm.ledger import database
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.ledger import Reservation
from hello_llm.ledger.reconciling import reconcile
from tests.ledger.folders import fast_folder
from tests.ledger.reading import pragma, states, total
from tests.ledger.worker import Worker, workers

BOUND, LIMIT, COST = 100, 749, 60


@pytest.fixture(params=["a write-ahead log", "a file that machines share"])
def journal(request, monkeypatch, path):
    """The two journals that a ledger may have."""
    if request.param != "a write-ahead log":
        monkeypatch.setattr(database, "is_remote", lambda _: True)
        database.Database.writing(path).close()
    return {"a write-ahead log": "wal", "a file that machines share": "delete"}[request.param]


def test_of_twenty_processes_at_once_exactly_those_that_fit_may_call(journal, path):
    with workers(path, 20) as processes:
        for process in processes:
            process.tell("reserve", BOUND, LIMIT)
        answers = [process.answer() for process in processes]

        assert answers.count("done") == 7
        assert sum(one.startswith("BudgetError: the monthly limit") for one in answers) == 13
        assert total(path).nano_usd == total(path).at_bound_nano_usd == 7 * BOUND

        for process, answer in zip(processes, answers, strict=True):
            if answer == "done":
                assert process.ask("settle", COST) == "done"

    assert states(path) == ["settled"] * 7
    assert total(path).nano_usd == 7 * COST
    assert pragma(path, "journal_mode") == [(journal,)]


def test_what_killed_processes_reserved_stays_and_is_marked_once_somebody_looks(path):
    with workers(path, 20) as processes:
        for process in processes[:10]:
            process.tell("reserve", BOUND, LIMIT)
        for process in processes[::2]:
            process.strike(signal.SIGKILL)
        for process in processes[11::2]:
            process.tell("reserve", BOUND, LIMIT)
        survivors = [process.answer() for process in processes[1::2]]
        for process in processes[::2]:
            process.end()

        # Some died before they could reserve; what they did reserve counts.
        reserved = states(path).count("reserved")
        assert survivors.count("done") <= reserved <= 7
        found = reconcile(path)

    gone, running = ([one for one in found if one.fate == fate] for fate in ("gone", "running"))
    assert len(running) == survivors.count("done")
    assert states(path).count("killed") == len(gone) == reserved - len(running)
    assert total(path).nano_usd == reserved * BOUND
    assert total(path).kept == len(gone)


def test_a_process_that_is_killed_at_any_moment_leaves_a_whole_ledger(path):
    with ExitStack() as stack:
        for number in range(10):
            process = stack.enter_context(Worker(path))
            process.tell("calls", 1000, COST)
            threading.Event().wait(0.02 * number)
            process.strike(signal.SIGKILL)
            process.end()
        reconcile(path)
        assert set(states(path)) <= {"settled", "killed"}
        assert pragma(path, "integrity_check") == [("ok",)]
        counted = 2 * COST * states(path).count("killed") + COST * states(path).count("settled")
        assert total(path).nano_usd == counted
        assert stack.enter_context(Worker(path)).ask("reserve", 1, counted + 1) == "done"


def test_ten_thousand_small_calls_add_up_exactly():
    with fast_folder() as folder:
        path = Path(folder, "ledger.sqlite3")
        with workers(path, 2) as processes:
            for process in processes:
                process.tell("calls", 5000, 400)
            assert [process.answer() for process in processes] == ["done", "done"]
        spent = total(path)

    assert (spent.calls, spent.nano_usd) == (10_000, 4_000 * 1000)


def test_threads_share_a_ledger(ledger, path):
    fits: list[Reservation] = []
    refused: list[BudgetError] = []

    def reserve() -> None:
        for _ in range(10):
            try:
                fits.append(ledger.reserve(PlannedCall("check", "openai/x", BOUND), budget))
            except BudgetError as error:
                refused.append(error)

    budget = Budget((Limit("daily", LIMIT),))
    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(fits), len(refused)) == (7, 33)
    assert states(path) == ["reserved"] * 7


def test_sqlite_is_imported_only_when_the_ledger_is_used(tmp_path):
    code = (
        "import sys; from hello_llm.cli.app import run;"
        " run(['chat', 'hi']); run(['config', 'show']); sys.exit('sqlite3' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
