"""Spending limits: what a user allows, in which window of time, and for what.

The classes are named tuples: every call with a configuration creates them, and data classes are
slow to create.
"""

from typing import Literal, NamedTuple, get_args

Window = Literal["daily", "weekly", "monthly"]
"""A window of time in which spending is summed up: a day, a week from Monday, a month."""
WINDOWS: tuple[Window, ...] = get_args(Window)

Scope = Literal["total", "profiles", "models"]
"""What a limit is for: everything, the calls with one profile, or those that ask one model."""

BudgetMode = Literal["stop", "warn"]
"""What happens to a call that a limit does not cover: it is refused, or made with a warning."""


class Limit(NamedTuple):
    """The most that may be spent in each window of time."""

    window: Window
    """The window that it is for."""
    nano_usd: int
    """The amount, in billionths of a US dollar."""
    scope: Scope = "total"
    """What it is for."""
    name: str | None = None
    """The profile or the model that it is for, if it is for one."""
    line: int | None = None
    """Its line in the configuration file, from 1, if known."""

    @property
    def key(self) -> str:
        """Its key in the configuration: ``budget.daily``, ``budget.profiles.work.daily``."""
        if self.name is None:
            return f"budget.{self.window}"
        return f"budget.{self.scope}.{self.name}.{self.window}"

    @property
    def words(self) -> str:
        """Its name in a sentence: ``daily limit``, ``daily limit for profile work``."""
        owner = "" if self.name is None else f" for {self.scope.removesuffix('s')} {self.name}"
        return f"{self.window} limit{owner}"

    def covers(self, profile: str | None, model: str) -> bool:
        """Return whether it is in force for a call with `profile` that asks `model`."""
        match self.scope:
            case "total":
                return True
            case "profiles":
                return self.name == profile
            case "models":
                return self.name == model


class Budget(NamedTuple):
    """Every limit that the user has set; without any, nothing is limited."""

    limits: tuple[Limit, ...] = ()
    """The limits, in the order of the file."""
    mode: BudgetMode = "stop"
    """What happens to a call that a limit does not cover."""
    mode_line: int | None = None
    """The line that sets the mode, from 1, if one does and it is known."""

    def covering(self, profile: str | None, model: str) -> tuple[Limit, ...]:
        """Return the limits in force for a call with `profile` that asks `model`."""
        return tuple(limit for limit in self.limits if limit.covers(profile, model))


NO_BUDGET = Budget()
"""No limit at all."""
