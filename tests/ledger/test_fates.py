"""A reservation of a process that has ended is told from one in progress and one elsewhere."""

import subprocess
import sys

import pytest

from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.processes import fate_of, this_process
from hello_llm.ledger.reconciling import reconcile
from tests.ledger.reading import pragma, rows, states

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")


def test_a_process_runs_until_it_has_ended():
    here = this_process()
    assert fate_of(here, here) == "running"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        other = here._replace(pid=child.pid, started=None)
        running = fate_of(other, here._replace(started=None))
    assert running == "running"
    assert fate_of(other, here) == "gone"


@linux
def test_a_killed_process_that_nobody_has_waited_for_is_gone():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        from hello_llm.ledger.processes import _started

        other = this_process()._replace(pid=child.pid, started=_started(child.pid))
        assert fate_of(other, this_process()) == "running"
        child.kill()
        while _started(child.pid) is not None:  # a zombie has no start
            pass
        assert fate_of(other, this_process()) == "gone"


@linux
def test_a_later_process_with_the_same_number_is_another():
    here = this_process()
    assert here.started is not None
    assert fate_of(here._replace(started=here.started - 1), here) == "gone"


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        ({"boot": "an earlier start of the system"}, "gone"),
        ({"boot": "another", "host": "another"}, "elsewhere"),
        ({"namespace": "pid:[1]"}, "elsewhere"),
        ({"host": "renamed"}, "running"),
    ],
)
def test_what_was_started_elsewhere_only_that_place_can_tell(change, fate):
    here = this_process()._replace(boot="boot", namespace="pid:[0]", host="here")
    assert fate_of(here._replace(**change), here) == fate


def test_where_the_system_tells_little_the_name_of_the_machine_decides():
    here = this_process()._replace(boot=None, namespace=None, started=None)
    assert fate_of(here, here) == "running"
    assert fate_of(here._replace(pid=2**30), here) == "gone"
    assert fate_of(here._replace(host="another"), here) == "elsewhere"


def test_only_reservations_of_ended_processes_are_marked(ledger, path):
    for _ in range(4):
        ledger.reserve(PlannedCall("chat", "openai/x", 100))
    ledger.reserve(PlannedCall("chat", "openai/x", 100)).settle(5)
    with ledger.database().transaction() as connection:
        connection.execute("UPDATE calls SET pid = 1073741824 WHERE id IN (1, 2)")
        connection.execute("UPDATE calls SET boot = 'x', host = 'x' WHERE id = 3")

    found = reconcile(path)

    assert [one.fate for one in found] == ["gone", "gone", "elsewhere", "running"]
    assert states(path) == ["killed", "killed", "reserved", "reserved", "settled"]
    assert rows(path, "counted_nano") == [(100,), (100,), (100,), (100,), (5,)]
    assert [one.fate for one in reconcile(path)] == ["elsewhere", "running"]
    assert pragma(path, "quick_check") == [("ok",)]


def test_a_call_that_was_taken_for_killed_may_still_say_what_it_cost(ledger, path):
    reservation = ledger.reserve(PlannedCall("chat", "openai/x", 100))
    with ledger.database().transaction() as connection:
        connection.execute("UPDATE calls SET state = 'killed'")

    reservation.settle(7)

    assert rows(path, "state, counted_nano") == [("settled", 7)]
