"""A figure: what the runs of the program took beside those of another, and the goal for it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from tests.bench.processes import Cost, FailedRunError

Measure = Literal["whole process", "first token", "each call", "each piece", "CPU", "memory"]
"""What is measured: seconds from start to exit, to the first byte, from one request to the next, or
from the sending of a piece to its arrival; seconds of CPU; or MiB."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that is wanted: `times` what the other takes, and `plus` seconds."""

    times: float = 1.0
    """The largest ratio."""
    plus: float = 0.0
    """What may be added to that, in seconds; a goal that adds is judged by the difference."""

    def over(self, theirs: float) -> float:
        """Return the most that is wanted where the other takes `theirs`."""
        return self.times * theirs + self.plus


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: a cost of ours beside another."""

    suite: str
    """Which suite it is of."""
    what: str
    """What was run."""
    measure: Measure
    """What was measured."""
    ours: Sequence[float]
    """What each run of the program took, turn by turn."""
    against: str
    """What it is compared with."""
    theirs: Sequence[float]
    """What that took in the same turns."""
    goal: Goal | None = None
    """The most that is wanted; None where the figure is only for information."""

    @property
    def median(self) -> float:
        """The median of the program."""
        return statistics.median(self.ours)

    @property
    def peer(self) -> float:
        """The median of what it is compared with."""
        return statistics.median(self.theirs)

    @property
    def ratio(self) -> float:
        """How many times as much the program takes, by the medians."""
        return self.median / self.peer

    @property
    def ratios(self) -> list[float]:
        """The ratio of each turn, which shows how much the machine was disturbed."""
        return [one / other for one, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def differences(self) -> list[float]:
        """The difference of each turn."""
        return [one - other for one, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and the medians are over it."""
        return self.goal is not None and self.median > self.goal.over(self.peer)


def taken(measure: Measure, costs: Sequence[Cost]) -> list[float]:
    """Return what `measure` is of each of `costs`.

    Raises:
        FailedRunError: a first token or the calls were to be measured, and none came.
    """
    return [_taken(measure, cost) for cost in costs]


def _taken(measure: Measure, cost: Cost) -> float:
    match measure:
        case "whole process":
            return cost.wall_s
        case "first token":
            if cost.first_s is None:
                raise FailedRunError("a run ended well and wrote nothing")
            return cost.first_s
        case "each call":
            if cost.each_call_s is None:
                raise FailedRunError("the server was not asked for its calls")
            return cost.each_call_s
        case "each piece":
            if cost.each_piece_s is None:
                raise FailedRunError("the pieces did not say when they were sent")
            return cost.each_piece_s
        case "CPU":
            return cost.cpu_s
        case "memory":
            return cost.memory_mib
    assert_never(measure)
