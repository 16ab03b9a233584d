"""A suite of checks, as read from a file and validated as a whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hello_llm.checks.assertions.table import Expectation
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.text import phrases

CheckModel = Callable[[str], object]
"""Raises ``UsageError`` if a text is not a model name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a suite."""

    name: str
    """The name of the check, unique in the suite."""
    line: int
    """The line of the suite file on which the check begins."""
    messages: tuple[Message, ...]
    """The conversation to send."""
    expectations: tuple[Expectation, ...] = ()
    """The expectations that the answer must meet."""
    expect_error: ExitCode | None = None
    """The failure that is expected instead of an answer."""
    models: tuple[str, ...] = ()
    """The models to check, each separately; empty means the model in the settings."""
    repeat: int = 1
    """The maximum number of attempts."""
    needed: int = 1
    """How many attempts must pass."""
    quarantined: bool = False
    """Whether the result must not affect the outcome of the suite."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    profile: str | None = None
    """The profile that supplies its settings."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The settings given in the file, by key."""
    exec_env: tuple[str, ...] = ()
    """Environment variables passed to programs although they may contain secrets."""

    def fits(self, pattern: str) -> bool:
        """Return whether `pattern` is one of the check's tags or matches its name."""
        return pattern in self.tags or fnmatchcase(self.name, pattern)


@dataclass(frozen=True, slots=True)
class Suite:
    """A file of checks."""

    path: Path
    """The suite file."""
    checks: tuple[Check, ...]
    """Its checks, in order."""
    max_cost: float | None = None
    """The cost limit of a run, in US dollars."""


def select(suite: Suite, patterns: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks of `suite` that match any of `patterns`; all checks without patterns.

    Raises:
        UsageError: a pattern matches no check.
    """
    for pattern in patterns:
        if not any(check.fits(pattern) for check in suite.checks):
            names = {name: None for check in suite.checks for name in (check.name, *check.tags)}
            near = phrases.did_you_mean(pattern, names)
            hint = near or f"hello-llm check {phrases.printable(str(suite.path))} --list"
            raise UsageError(f"--select {phrases.quoted(pattern)} selects no check", hint)
    return tuple(check for check in suite.checks if not patterns or any(map(check.fits, patterns)))
