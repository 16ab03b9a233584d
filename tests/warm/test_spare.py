"""The fork that is made ahead answers the next call, and nobody depends on it."""

import os
import signal
import subprocess
import time

import pytest

from tests.cli.calls import until
from tests.cli.person import A_MOMENT_S
from tests.cli.program import child
from tests.warm.bare import bare_holder
from tests.warm.processes import children, gone, holders, spares, state
from tests.warm.running import COMMAND, told


def spare_of(pid):
    """Return the spare of the warm process `pid` when it has one."""
    until(lambda: len(spares(pid)) == 1)
    (spare,) = spares(pid)
    return spare


def ready_spare_of(pid):
    """Return it when it has also rehearsed, after which it sleeps."""
    spare = spare_of(pid)
    until(lambda: state(spare) == "S")
    return spare


def answerer():
    """Make a call; return the process that answered it."""
    called = child("chat", "fork")
    assert called.text.startswith("chat fork by ")
    return int(called.text.split()[-1])


def test_it_answers_one_call_and_another_takes_its_place():
    with bare_holder() as holder:
        first = ready_spare_of(holder.pid)
        assert answerer() == first
        until(lambda: gone(first))
        second = ready_spare_of(holder.pid)
        assert second != first
        assert answerer() == second


def test_it_is_counted_as_no_call(own):
    spare_of(own.pid)
    assert (own.status["calls"], own.status["under_way"]) == (0, 0)


def test_a_call_that_comes_while_it_rehearses_has_a_fork_of_its_own():
    with bare_holder("import time; bool = lambda: time.sleep(3600)") as holder:
        spare = spare_of(holder.pid)
        assert answerer() != spare
        assert spares(holder.pid) == [spare]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_where_it_dies_a_call_has_a_fork_of_its_own(number):
    with bare_holder() as holder:
        spare = ready_spare_of(holder.pid)
        os.kill(spare, number)
        until(lambda: gone(spare))
        assert answerer() != spare
        spare_of(holder.pid)


def test_one_that_dies_is_replaced_only_after_a_call(tmp_path):
    deaths = tmp_path / "deaths"
    deaths.touch()
    die = f"import os; bool = lambda: (open({str(deaths)!r}, 'a').write('x'), os._exit(1))"
    with bare_holder(die) as holder:
        for number in (1, 2, 3):
            until(lambda: len(spares(holder.pid)) == 0 and deaths.read_text())
            time.sleep(A_MOMENT_S)
            assert deaths.read_text() == "x" * number
            assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"
            until(lambda: deaths.read_text() == "x" * (number + 1))  # noqa: B023 - called at once


def test_one_that_was_confined_differently_leaves_the_call_to_its_client():
    with bare_holder() as holder:
        spare = ready_spare_of(holder.pid)
        subprocess.run(["prlimit", f"--pid={spare}", "--nofile=100:100"], check=True)
        called = child("chat", "hi", "--verbose")
        assert (called.code, called.text) == (0, "Hello! You said: hi\n")
        assert "note: warm: no, it has other resource limits\n" in called.stderr
        spare_of(holder.pid)
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"


def test_it_ends_with_the_warm_process(runtime):
    with bare_holder() as holder:
        spare = ready_spare_of(holder.pid)
        holder.kill()
        until(lambda: gone(spare))


def test_a_stop_ends_it_even_while_it_rehearses(runtime):
    with bare_holder("import time; bool = lambda: time.sleep(3600)") as holder:
        spare = spare_of(holder.pid)
        assert " has ended\n" in told({}, "stop")
        assert gone(spare)
        assert holder.wait() == 0
    assert list(runtime.iterdir()) == []


def test_calls_at_once_are_answered_beside_it(own):
    spare_of(own.pid)
    calls = [
        subprocess.Popen([*COMMAND, "chat", "hi", "--verbose"], stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    notes = [call.communicate()[1] for call in calls]
    assert all(f"note: warm: a fork of process {own.pid}\n" in note for note in notes)
    until(lambda: children(own.pid) == [])
    assert len(holders(own.runtime, spare=False)) == 1
