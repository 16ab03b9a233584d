"""A figure is made of medians, and its goal is a ratio or an allowance."""

from dataclasses import replace

import pytest

from tests.bench.figures import Figure, Goal, taken
from tests.bench.processes import Cost, FailedRunError

FIGURE = Figure("cold", "chat", "whole process", [0.5, 0.4, 0.9], "llm", [1.0, 1.0, 1.2])
COST = Cost(wall_s=1.0, first_s=0.5, cpu_s=0.7, memory_mib=20.0, each_call_s=0.01)


def test_the_ratio_is_that_of_the_medians():
    assert (FIGURE.median, FIGURE.peer, FIGURE.ratio) == (0.5, 1.0, 0.5)


def test_each_turn_has_a_ratio_and_a_difference_of_its_own():
    assert FIGURE.ratios == pytest.approx([0.5, 0.4, 0.75])
    assert FIGURE.differences == pytest.approx([-0.5, -0.6, -0.3])


@pytest.mark.parametrize(
    ("goal", "missed"),
    [
        (None, False),
        (Goal(times=0.5), False),
        (Goal(times=0.4), True),
        (Goal(times=0.4, plus=0.1), False),
        (Goal(times=0.4, plus=0.09), True),
    ],
)
def test_a_goal_is_missed_when_the_medians_are_over_it(goal, missed):
    assert replace(FIGURE, goal=goal).missed is missed


def test_an_allowance_is_seconds_over_the_other():
    assert Goal(plus=0.1).over(0.02) == pytest.approx(0.12)
    slow = replace(FIGURE, theirs=[0.41] * 3)
    assert not replace(slow, goal=Goal(plus=0.1)).missed
    assert replace(slow, goal=Goal(plus=0.08)).missed


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("whole process", 1.0),
        ("first token", 0.5),
        ("each call", 0.01),
        ("CPU", 0.7),
        ("memory", 20.0),
    ],
)
def test_what_is_measured_is_taken_of_each_run(measure, value):
    assert taken(measure, [COST, COST]) == [value, value]


def test_a_first_token_that_never_came_is_no_figure():
    with pytest.raises(FailedRunError, match="wrote nothing"):
        taken("first token", [replace(COST, first_s=None)])


def test_calls_of_which_the_server_told_nothing_are_no_figure():
    with pytest.raises(FailedRunError, match="not asked for its calls"):
        taken("each call", [replace(COST, each_call_s=None)])
