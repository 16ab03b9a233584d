"""The input of a run of checks: the cases, and how to run them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hello_llm.checks.suite import Check
from hello_llm.engine import Turn
from hello_llm.engine.pace import HostPace


@dataclass(frozen=True, slots=True)
class Case:
    """A check on one model, ready to run."""

    check: Check
    """The check."""
    model: str
    """The name of the model."""
    provider: str
    """The provider that calls the model."""
    pace: HostPace
    """When the host may be asked."""
    ask: Callable[[], Turn]
    """Creates the turn of one attempt; called in the thread that runs the attempt."""
    folder: Path
    """The folder of the suite."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment of programs that judge answers."""
    timeout_s: float = 0.0
    """Time limit of an attempt in seconds; 0 means no limit."""
    replay: str = ""
    """The command line that repeats the call."""
    bound_nano_usd: int | None = None
    """The most that one call may cost, in billionths of a US dollar; ``None`` if unknown."""
    bound_words: str = ""
    """How that was computed, or why it is unknown, if it was looked up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run the cases."""

    jobs: int = 1
    """The number of attempts to run at a time."""
    fail_fast: bool = False
    """Whether the first check that fails or errs ends the run."""
    all_attempts: bool = False
    """Whether to run every attempt, even once the verdict is certain."""
    max_nano_usd: int | None = None
    """The most that all calls together may cost, in billionths of a US dollar."""
    counted_nano_usd: Callable[[], int] = lambda: 0
    """Returns what the calls that have ended cost or, if that is unknown, may have cost."""
