"""A run is measured from its start to its end, and one that fails is no figure."""

import os
import resource
import sys
import time
from dataclasses import replace

import pytest

from tests.bench.pace import punctual
from tests.bench.processes import Command, FailedRunError, measure, resident_mib, run

PYTHON = (sys.executable, "-S", "-c")
BUSY = "for _ in range(2_000_000): pass"
ON_A_TERMINAL = "import os, sys; sys.exit(not os.isatty(1))"
WAITS_THEN_ENDS = "import time; print('x', flush=True); time.sleep(0.05)"


def command(name, code, *, terminal=False):
    return Command(name, [*PYTHON, code], {}, terminal=terminal)


def test_the_costs_of_each_command_stand_under_its_name_turn_by_turn():
    costs = measure([command("idle", "pass"), command("busy", BUSY)], 2)
    assert [(name, len(of)) for name, of in costs.items()] == [("idle", 2), ("busy", 2)]
    assert min(cost.cpu_s for cost in costs["busy"]) > min(cost.cpu_s for cost in costs["idle"]) > 0
    # Linux counts what the process that forked had as well.
    ours_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert all(1 < cost.memory_mib < ours_mib + 100 for cost in costs["idle"])


@pytest.mark.parametrize(("rehearse", "runs"), [(True, 3), (False, 2)])
def test_the_first_run_does_not_count_unless_there_is_none(tmp_path, rehearse, runs):
    counted = tmp_path / "counted"
    once = command("once", f"open({str(counted)!r}, 'a').write('x')")
    assert len(measure([once], 2, rehearse=rehearse)["once"]) == 2
    assert counted.read_text() == "x" * runs


def test_there_is_a_pause_before_each_run_even_the_one_that_does_not_count():
    began = time.monotonic()
    measure([command("x", "pass")], 2, pause_s=0.1)
    assert time.monotonic() - began >= 0.3


def test_a_run_can_be_measured_in_another_way():
    costs = measure([command("x", "pass")], 2, once=lambda one: replace(run(one), each_call_s=0.1))
    assert [cost.each_call_s for cost in costs["x"]] == [0.1, 0.1]


def test_a_piece_is_as_late_as_the_time_in_it_says():
    late_s = punctual(command("x", "import time; print(time.perf_counter() - 5)")).each_piece_s
    assert late_s is not None
    assert late_s > 5


def test_a_run_without_pieces_is_no_figure():
    with pytest.raises(FailedRunError, match=r"^x wrote nothing$"):
        punctual(command("x", "pass"))


@pytest.mark.parametrize("terminal", [True, False])
def test_output_of_any_length_is_read(terminal):
    assert run(command("loud", "print('x' * 300_000)", terminal=terminal)).wall_s > 0


@pytest.mark.parametrize("terminal", [True, False])
def test_the_first_byte_comes_before_the_end(terminal):
    cost = run(command("waits", WAITS_THEN_ENDS, terminal=terminal))
    assert cost.first_s is not None
    assert 0 < cost.first_s < cost.wall_s


def test_a_silent_run_has_no_first_byte_and_errors_are_none():
    assert run(command("silent", "import sys; sys.stderr.write('x')")).first_s is None


def test_a_run_on_a_terminal_sees_one():
    run(command("tty", ON_A_TERMINAL, terminal=True))
    with pytest.raises(FailedRunError):
        run(command("tty", ON_A_TERMINAL))


def test_a_run_that_fails_is_no_figure_and_says_why():
    with pytest.raises(FailedRunError, match=r"^broken ended with 1: no luck$"):
        run(command("broken", "raise SystemExit('no luck')"))


def test_the_memory_of_a_running_process_is_read():
    assert 1 < resident_mib(os.getpid()) < 5_000


def test_a_process_that_is_gone_has_no_memory():
    gone = 2**22 + 1  # above the most that Linux gives
    with pytest.raises(FailedRunError, match=f"^process {gone} is gone$"):
        resident_mib(gone)
