"""The command prints the table, keeps it if told so, and fails where a goal is missed."""

import os
from contextlib import closing, nullcontext

import pytest

from tests.bench import __main__ as command
from tests.bench.figures import Figure, Goal
from tests.bench.peers import Peers
from tests.bench.processes import FailedRunError

FIGURE = Figure("quick", "chat", "CPU", [0.4], "llm", [1.0], Goal(0.5))


def quick(bench):
    yield FIGURE


def slow(bench):
    yield Figure("slow", "chat", "CPU", [0.6], "llm", [1.0], Goal(0.5))


def broken(bench):
    yield FIGURE
    raise FailedRunError("warm start ended with 2")


@pytest.fixture
def main(tmp_path, monkeypatch):
    """The command with suites that measure nothing."""
    suites = {suite.__name__: suite for suite in (quick, slow, broken)}
    monkeypatch.setattr(command, "SUITES", suites)
    monkeypatch.setattr(command, "started", lambda module: nullcontext(""))
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 3.0, 3.0))
    monkeypatch.setattr(Peers, "install", lambda self: None)
    return lambda *words: command.main([*words, "--peers", str(tmp_path / "peers")])


def test_the_rows_come_under_their_head_and_the_machine_after_them(main, capsys):
    assert main("quick", "--runs", "3") == 0
    head, rule, row, empty, machine = capsys.readouterr().out.splitlines()
    assert head.startswith("| suite | what |")
    assert rule.startswith("| --- |")
    assert row.startswith("| quick | chat | CPU | 0.400 s | llm |")
    assert (empty, machine[:18]) == ("", "Medians of 3 runs ")


def test_a_goal_that_is_missed_is_status_1(main):
    assert main("quick", "slow") == 1


def test_a_suite_that_cannot_be_run_is_said_and_the_others_go_on(main, capsys):
    assert main("broken", "quick") == 1
    said = capsys.readouterr()
    assert said.err == "error: broken: warm start ended with 2\n"
    assert said.out.count("| quick |") == 2


def test_the_table_and_the_drawing_are_kept_though_a_goal_is_missed(main, tmp_path):
    kept = tmp_path / "new" / "folder"
    assert main("slow", "--write", str(kept)) == 1
    assert "| chat | CPU | 0.600 s |" in (kept / "bench.md").read_text(encoding="utf-8")
    assert (kept / "bench.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_nothing_is_kept_where_a_suite_could_not_be_run(main, tmp_path):
    assert main("broken", "--write", str(tmp_path)) == 1
    assert not (tmp_path / "bench.md").exists()


def test_a_suite_that_is_not_there_is_refused(main):
    with pytest.raises(SystemExit, match="2"):
        main("nothing")


def test_a_machine_that_has_other_things_to_do_is_a_warning(main, capsys, monkeypatch):
    assert main("quick") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(os, "getloadavg", lambda: (2.5, 0.0, 0.0))
    assert main("quick") == 0
    assert capsys.readouterr().err.startswith("warning: 2.5 processes were running")


def test_a_second_benchmark_at_once_is_an_error(main, tmp_path, capsys):
    with closing(Peers(tmp_path / "peers")):
        assert main("quick") == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"error: another benchmark runs with {tmp_path}/peers\n")
