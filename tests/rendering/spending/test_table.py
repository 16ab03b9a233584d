"""Spending on a terminal and in a pipe."""

from dataclasses import replace
from pathlib import Path

import pytest

from hello_llm.ledger.spending import OpenReservation
from hello_llm.rendering.spending.table import write_spending
from tests.rendering.screens import Pipes, Screen
from tests.rendering.spending.reports import DAYS, MODELS, NOTHING, call

GOLDEN = Path(__file__).parent / "golden"


def piped(report) -> str:
    pipes = Pipes()
    write_spending(pipes.terminal, "auto", report)
    return pipes.stdout.decode()


def seen(report, columns, color="auto", **environ) -> tuple[list[str], bytes]:
    screen = Screen(columns, 60)
    write_spending(screen.terminal(environ), color, report)
    return screen.rows(), screen.written


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(("name", "report"), [("days", DAYS), ("models", MODELS)])
def test_a_terminal_shows(name, report, columns):
    rows, _ = seen(report, columns)

    assert rows == (GOLDEN / f"{name}-{columns}.txt").read_text().splitlines()
    assert max(map(len, rows)) <= columns


@pytest.mark.parametrize(("name", "report"), [("days", DAYS), ("models", MODELS)])
def test_a_pipe_gets_whole_lines_without_bars_or_colour(name, report):
    assert piped(report) == (GOLDEN / f"{name}-pipe.txt").read_text()


@pytest.mark.parametrize(
    ("environ", "color", "colored"),
    [
        ({}, "auto", True),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"TERM": "dumb"}, "auto", False),
        ({}, "never", False),
        ({"NO_COLOR": "1"}, "always", True),
    ],
)
def test_colour_is_used_as_elsewhere(environ, color, colored):
    rows, written = seen(DAYS, 80, color, **environ)

    assert (b"\x1b[36m" in written) is colored
    assert rows == seen(DAYS, 80)[0]


def test_without_calls_it_says_so():
    assert piped(NOTHING) == "nothing was spent since 2026-02-03 00:00\n"


def test_of_many_reservations_ten_are_shown():
    many = replace(DAYS, reservations=[OpenReservation(call(n, 1), "running") for n in range(12)])

    shown = piped(many).splitlines()

    assert sum("reserved: chat" in line for line in shown) == 10
    assert shown[-1] == "and 2 more"
