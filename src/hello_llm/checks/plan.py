"""What a run of checks is given: the cases, and how they are run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hello_llm.checks.suite import Check
from hello_llm.engine import Turn


@dataclass(frozen=True, slots=True)
class Case:
    """A check on one model, ready to be asked."""

    check: Check
    """The check."""
    model: str
    """The model by its name."""
    provider: str
    """Who asks it."""
    host: str
    """What shares a back-off: the host, or the vendor where that is not known."""
    ask: Callable[[], Turn]
    """Makes the turn of one attempt; called in the thread that runs it."""
    folder: Path
    """The folder of the suite."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment of programs that judge."""
    timeout_s: float = 0.0
    """Seconds that an attempt may take; 0 sets no limit."""
    max_wait_s: float = 60.0
    """The longest wait in seconds that a server may ask for."""
    replay: str = ""
    """The command line that makes the call again."""
    worst_micros: int | None = None
    """What one attempt may cost, in millionths of a dollar; ``None`` if that is not known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cases are run."""

    jobs: int = 1
    """How many attempts are made at a time."""
    fail_fast: bool = False
    """Whether the first check that fails or errs ends the run."""
    all_attempts: bool = False
    """Whether attempts are made that can no longer decide anything."""
    budget_micros: int | None = None
    """What all attempts may cost together, in millionths of a dollar."""
