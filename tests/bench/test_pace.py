"""The server says when the requests of a run came, and a run with another number is no figure."""

import sys

import httpx
import pytest

from tests.bench import instant, pace
from tests.bench.pace import arrivals, paced
from tests.bench.processes import Command, Cost, FailedRunError

COST = Cost(1.0, 0.5, 0.7, 20.0)
COMMAND = Command("loop", [sys.executable], {})


@pytest.fixture
def base():
    """The address of a server."""
    with instant.serving() as base:
        yield base


def ask(base):
    with httpx.Client(trust_env=False, timeout=60) as client:
        client.post(f"{base}/chat/completions", json={"model": "tokens-1"}).raise_for_status()


def running(base, calls):
    """Return what stands for a run of so many calls."""

    def run(command):
        for _ in range(calls):
            ask(base)
        return COST

    return run


def test_each_arrival_is_told_once_and_the_question_is_none(base):
    for _ in range(3):
        ask(base)
    came = arrivals(base)
    assert len(came) == 3
    assert came == sorted(came)
    assert arrivals(base) == []


def test_the_time_of_a_call_is_that_from_the_first_to_the_last(base, monkeypatch):
    monkeypatch.setattr(pace, "run", lambda command: COST)
    told = iter([[], [5.0, 3.0, 4.0]])
    monkeypatch.setattr(pace, "arrivals", lambda base: next(told))
    assert paced(base, 3)(COMMAND).each_call_s == pytest.approx(1.0)


def test_what_came_before_a_run_is_not_of_it(base, monkeypatch):
    monkeypatch.setattr(pace, "run", running(base, 2))
    ask(base)
    assert paced(base, 2)(COMMAND).wall_s == COST.wall_s


def test_a_run_that_makes_another_number_of_calls_is_no_figure(base, monkeypatch):
    monkeypatch.setattr(pace, "run", running(base, 3))
    with pytest.raises(FailedRunError, match=r"^loop made 3 calls of 2$"):
        paced(base, 2)(COMMAND)
