"""What a person sees while a suite runs: a table of what is under way, below the results."""

import re

import pytest

from hello_llm.checks.plan import Plan
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import Verdict
from hello_llm.checks.run import Run, Snapshot
from hello_llm.cli.commands.check.live import LiveTable
from hello_llm.rendering.json.document import document
from hello_llm.rendering.sanitize import sanitize
from tests.cli.check.suites import asks
from tests.cli.person import Person
from tests.rendering.screens import Screen

pytestmark = pytest.mark.in_process

COLORED = re.compile(rb"\x1b\[[0-9;]*[34][0-9][0-9;]*m")


@pytest.fixture
def slow(script):
    """A script that answers at once, and what is asked slowly after a while."""
    script.write_text(
        'version = 1\ntime = "real"\n'
        '[[rule]]\nname = "slow"\ncontains = "slow"\nchunks = ["y", "es"]\nchunk_delay = 1.5\n'
        '[[rule]]\nname = "rest"\nchunks = ["no"]\noptional = true\n'
    )
    return script


def run(suite, slow, *flags, **around):
    path = suite(
        asks("quick"),
        asks("slow one", prompt="slow"),
        asks("slow\\ttwo\\u001b[31m", "repeat = 3\npass = 2", prompt="slow"),
    )
    return Person("check", str(path), "--script", str(slow), "-j", "3", *flags, **around)


def test_the_table_is_below_the_results_and_gone_at_the_end(suite, slow):
    with run(suite, slow) as person:
        person.wait_for("1 of 3, 1 failed")
        head, *rows = person.shown.partition("running ")[2].splitlines()
        assert head.split() == ["model", "attempts", "time"]
        assert rows[0].startswith("slow one")
        assert rows[1].startswith("slow two␛[31m")
        assert "……·" in rows[1].replace(" ", "")
        assert person.shown.startswith("fail    quick  [mock/echo]\n")
        assert person.wait_for_end() == 1
        assert "running" not in person.shown
        shown = person.shown
        assert re.findall(r"^(pass|fail) ", shown, re.MULTILINE) == ["fail", "pass", "pass"]
        assert shown.splitlines()[-1].startswith("3 checks: 2 passed, 1 failed in ")


@pytest.mark.parametrize("columns", [30, 60])
def test_no_row_of_the_table_is_wider_than_the_screen(suite, slow, columns):
    with run(suite, slow, "--select", "slow*", columns=columns) as person:
        person.wait_for("0 of 2, 1 s")
        head, first, second, bar = person.shown.splitlines()
        assert max(map(len, (head, first, second, bar))) <= columns
        assert person.wait_for_end() == 0


def test_ctrl_c_takes_the_table_away_and_ends_with_the_summary(suite, slow):
    with run(suite, slow) as person:
        person.wait_for("1 of 3, 1 failed")
        person.interrupt()
        assert person.wait_for_end() == 130
        assert "running" not in person.shown
        assert "3 checks: 1 failed" not in person.shown
        last = person.shown.splitlines()[-1]
        assert last.startswith("3 checks: 0 passed, 1 failed, 2 skipped in ")
        assert last.endswith(": exit 130 (INT)")


def test_no_color_means_none(suite, slow):
    with run(suite, slow, NO_COLOR="1") as person:
        assert person.wait_for_end() == 1
        assert COLORED.search(person.screen.written) is None
        assert b"\x1b[1mfail   \x1b[0m quick" in person.screen.written


def test_a_dumb_terminal_gets_plain_lines(suite, slow):
    with run(suite, slow, TERM="dumb") as person:
        assert person.wait_for_end() == 1
        assert person.shown.startswith("fail    quick")
        assert "running" not in person.shown
        assert b"\x1b" not in person.screen.written


class Standstill(Run):
    """A run of which one attempt is under way for ever."""

    def __init__(self):
        super().__init__([], Plan())

    def under_way(self):
        return [Snapshot("slow", "mock/echo", (Verdict.ERROR,), 1, 3, 0.0)]

    def verdicts(self):
        return [Verdict.PASS, None]

    def waits(self):
        return {"api.example.com": 12.0, "soon.example.com": 0.4}


@pytest.mark.parametrize("widths", [(80, 30), (30, 80), (80, 13, 120)])
def test_a_screen_that_changes_its_width_loses_no_result(widths):
    screen, now = Screen(widths[0], 24), iter(range(99))
    texts = Texts(str, sanitize, document)
    table = LiveTable(screen.terminal(), texts, "auto", clock=lambda: next(now))
    table.look(Standstill())
    table.write("pass    one\n")
    for width in widths[1:]:
        screen.resize(width, 24)
        table.look(Standstill())
        assert screen.rows()[0] == "pass    one"
        assert sum("!…·" in row for row in screen.rows()) == 1
    table.write("pass    two\n")
    table.end()
    assert screen.rows() == ["pass    one", "pass    two"]


def test_a_long_wait_for_a_host_is_told():
    screen, now = Screen(80, 24), iter([0.0, 3.0])
    table = LiveTable(
        screen.terminal(), Texts(str, sanitize, document), "never", clock=lambda: next(now)
    )
    table.look(Standstill())
    assert screen.rows()[-1].endswith(" 1 of 2, 3 s, waiting 12 s for api.example.com")
