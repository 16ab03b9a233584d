"""How far a batch has come is seen on a terminal and in a log."""

import re

import pytest

from hello_llm.cli.commands.batch import progress
from tests.cli.batch.echoing import asking, echoing, let_go, write_rows
from tests.cli.person import Person
from tests.cli.program import child, program
from tests.servers import Script

pytestmark = pytest.mark.in_process


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", 30)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_bar_on_a_terminal_disappears_in_the_end(tmp_path, rows, columns):
    with echoing(is_open=False) as server:
        arguments = asking(server, rows, tmp_path / "out.jsonl", "-j", "3")
        with Person(*arguments, columns=columns) as person:
            person.wait_for("0 of 30")
            let_go(server)
            assert person.wait_for_end() == 0
    assert "━" not in person.shown
    assert "30 rows: 30 answered" in person.shown


def test_a_dumb_terminal_gets_no_bar(tmp_path, rows):
    with echoing() as server:
        arguments = asking(server, rows, tmp_path / "out.jsonl")
        with Person(*arguments, TERM="dumb") as person:
            assert person.wait_for_end() == 0
    assert person.shown.startswith("30 rows: 30 answered")


def test_a_log_gets_a_line_now_and_then(tmp_path, rows, monkeypatch):
    monkeypatch.setattr(progress, "_LOG_S", 0.0)
    with echoing() as server:
        ended = program(*asking(server, rows, tmp_path / "out.jsonl"))
    lines = ended.stderr.splitlines()
    assert lines[0].startswith("note: 0 of 30 rows")
    assert all(re.match(r"note: \d+ of 30 rows", line) for line in lines)
    assert any(re.search(r"[\d.,]+ a second, [\d.]+ s left", line) for line in lines)


@pytest.mark.parametrize("flag", ["--quiet", "-q"])
def test_quiet_leaves_the_summary_only(tmp_path, rows, monkeypatch, flag):
    monkeypatch.setattr(progress, "_LOG_S", 0.0)
    with echoing() as server:
        ended = program(*asking(server, rows, tmp_path / "out.jsonl", flag))
    assert (ended.stderr, ended.text.splitlines()[0]) == ("", "30 rows: 30 answered")


def test_a_pause_of_a_server_is_told(tmp_path, rows, monkeypatch):
    monkeypatch.setattr(progress, "_LOG_S", 0.0)
    asked = []

    def refuse(prompt):
        asked.append(prompt)
        if len(asked) == 1:
            return Script(status=429, headers=(("Retry-After", "2"),))
        return None

    with echoing(refuse) as server:
        ended = program(*asking(server, rows, tmp_path / "out.jsonl"))
    assert re.search(r"waiting [12] s for 127\.0\.0\.1:\d+", ended.stderr)


def test_fewer_rows_at_a_time_are_told(tmp_path, rows, monkeypatch):
    monkeypatch.setattr(progress, "_LOG_S", 0.0)
    asked = []

    def refuse(prompt):
        asked.append(prompt)
        return Script(status=429) if len(asked) <= 4 else None

    with echoing(refuse) as server:
        ended = program(*asking(server, rows, tmp_path / "out.jsonl", "-j", 4))
    assert re.search(r"127\.0\.0\.1:\d+ bears [23] at a time", ended.stderr)


def test_nothing_of_a_row_reaches_the_terminal(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "\\u001b[31m", "prompt": "\\u001b]0;x\\u0007"}\n')
    ended = child("batch", rows, "-o", tmp_path / "out.jsonl", "-m", "mock/echo")
    assert (ended.code, b"\x1b" in ended.stdout, "\x1b" in ended.stderr) == (0, False, False)
    assert b"\x1b" not in (tmp_path / "out.jsonl").read_bytes()
