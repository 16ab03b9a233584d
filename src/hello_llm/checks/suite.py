"""A suite of checks: what a file asks for, once it is read and found right as a whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hello_llm.checks.assertions.table import Expectation
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.text import phrases

CheckModel = Callable[[str], object]
"""Raises ``UsageError`` if a text is no name of a model."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a suite."""

    name: str
    """Unique in the suite."""
    line: int
    """The line on which it begins."""
    messages: tuple[Message, ...]
    """What is asked."""
    expectations: tuple[Expectation, ...] = ()
    """What is expected of the answer."""
    expect_error: ExitCode | None = None
    """The failure that is expected in its place."""
    models: tuple[str, ...] = ()
    """The models to ask, each on its own; empty for the one of the settings."""
    repeat: int = 1
    """How many attempts there may be."""
    needed: int = 1
    """How many of them have to pass."""
    quarantined: bool = False
    """True if what it comes to must not decide about the suite."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    profile: str | None = None
    """The profile that it takes its settings from."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The settings that the file names, by key."""
    exec_env: tuple[str, ...] = ()
    """The variables that a program is given although they may hold secrets."""

    def fits(self, pattern: str) -> bool:
        """Tell whether `pattern` is one of its tags, or a pattern that its name fits."""
        return pattern in self.tags or fnmatchcase(self.name, pattern)


@dataclass(frozen=True, slots=True)
class Suite:
    """A file of checks."""

    path: Path
    """The file."""
    checks: tuple[Check, ...]
    """Its checks, in order."""
    max_cost: float | None = None
    """What a run may cost, in US dollars."""


def select(suite: Suite, patterns: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks of `suite` that fit one of `patterns`; all of them if there is none.

    Raises:
        UsageError: no check fits one of the patterns.
    """
    for pattern in patterns:
        if not any(check.fits(pattern) for check in suite.checks):
            names = {name: None for check in suite.checks for name in (check.name, *check.tags)}
            near = phrases.did_you_mean(pattern, names)
            hint = near or f"hello-llm check {phrases.printable(str(suite.path))} --list"
            raise UsageError(f"--select {phrases.quoted(pattern)} selects no check", hint)
    return tuple(check for check in suite.checks if not patterns or any(map(check.fits, patterns)))
