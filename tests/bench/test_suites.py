"""Every goal of speed and size is judged by a figure of some suite."""

from contextlib import nullcontext
from unittest.mock import Mock

import pytest

from tests.bench import suites
from tests.bench.figures import Goal
from tests.bench.processes import Cost
from tests.bench.suites import SUITES, Bench

COST = Cost(1.0, 0.5, 0.7, 20.0, 0.01)
OFTEN = 7
ADDRESS = "http://127.0.0.1:1/v1"


@pytest.fixture
def bench(peers, monkeypatch):
    """A bench on which nothing is run, and everything takes the same."""

    def measured(commands, runs, *, rehearse=True, once=None):
        return {command.name: [COST] * runs for command in commands}

    monkeypatch.setattr(suites, "measure", measured)
    monkeypatch.setattr(suites, "run", lambda command: COST)
    monkeypatch.setattr(suites, "resident_mib", lambda process: 150.0)
    monkeypatch.setattr(suites, "kept_warm", lambda peers: nullcontext(Mock()))
    monkeypatch.setattr(suites, "started", lambda module: nullcontext(ADDRESS))
    return Bench(peers, ADDRESS, OFTEN)


def goals(bench, suite):
    return [
        (figure.what, figure.measure, figure.against, figure.goal)
        for figure in SUITES[suite](bench)
        if figure.goal
    ]


def test_every_command_starts_in_a_quarter_of_the_time_of_llm(bench):
    found = goals(bench, "start")
    assert {(measure, against, goal) for _, measure, against, goal in found} == {
        ("whole process", "llm --version", Goal(0.25))
    }
    whats = [what for what, *_ in found]
    assert {"--version", "--help", "completion in bash", "config show", "chat, mock"} <= set(whats)
    assert len(whats) == len(set(whats)) == 10


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        (
            "cold",
            [
                ("chat, cold", "whole process", "llm", Goal(1.0)),
                ("chat, cold", "whole process", "bare script", Goal(0.55)),
            ],
        ),
        ("warm", [("chat, warm", "whole process", "curl", Goal(plus=0.10))]),
        ("local", [("chat, warm", "whole process", "curl", Goal(plus=0.10))]),
        (
            "pipe",
            [
                ("1,000 tokens", "CPU", "bare script", Goal(1.1)),
                ("10,000 tokens", "CPU", "bare script", Goal(1.1)),
                ("100,000 tokens", "CPU", "bare script", Goal(1.1)),
            ],
        ),
        (
            "terminal",
            [
                ("12,500 tokens", "CPU", "6,250 tokens", Goal(2.2)),
                ("25,000 tokens", "CPU", "12,500 tokens", Goal(2.2)),
                ("50,000 tokens", "CPU", "25,000 tokens", Goal(2.2)),
                ("100,000 tokens", "CPU", "50,000 tokens", Goal(2.2)),
            ],
        ),
        (
            "memory",
            [
                ("chat, cold", "memory", "import litellm", Goal(1.1)),
                ("chat, mock", "memory", "45 MiB", Goal()),
                ("warm process after 200 calls", "memory", "before them", Goal(1.05)),
            ],
        ),
        (
            "checks",
            [
                ("200 checks, -j 8", "each call", "bare loop", Goal(1 / 0.6)),
                ("200 checks, -j 8", "whole process", "bare loop", Goal(1 / 0.6)),
            ],
        ),
    ],
)
def test_the_goals_of_a_suite_are_those_of_the_design(bench, suite, expected):
    assert goals(bench, suite) == expected


@pytest.mark.parametrize("suite", ["cold", "warm", "local"])
def test_the_first_token_is_measured_against_every_peer(bench, suite):
    found = {figure.against for figure in SUITES[suite](bench) if figure.measure == "first token"}
    assert found == {"llm", "bare script", "curl"}


@pytest.mark.parametrize(("patient", "runs"), [(False, [7, 3, 1]), (True, [7, 7, 7])])
def test_the_longest_streams_are_run_often_only_by_the_patient(bench, patient, runs):
    figures = list(SUITES["pipe"](Bench(bench.peers, bench.api_base, OFTEN, patient=patient)))
    assert [len(figure.ours) for figure in figures] == runs


def test_every_suite_has_a_sentence():
    assert all(suite.__doc__ for suite in SUITES.values())
