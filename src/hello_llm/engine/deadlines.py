"""How long a call may take, and what is said when it takes longer."""

from dataclasses import dataclass
from enum import Enum
from typing import Self

from hello_llm.contract import DeadlineError


class Deadline(Enum):
    """A bound of the engine's; the connect deadline is kept by the provider."""

    FIRST_TOKEN = "first token", "--first-token-timeout", "no first token", True
    IDLE = "idle", "--idle-timeout", "nothing more of the reply", False
    TOTAL = "total", "--timeout", "no complete reply", False

    def __init__(self, label: str, flag: str, missing: str, transient: bool) -> None:
        """Keep what is said of the deadline.

        Args:
            label: what it is called.
            flag: the flag that raises it.
            missing: what has not come by then.
            transient: whether another attempt may do better.
        """
        self.label = label
        self.flag = flag
        self.missing = missing
        self.transient = transient

    def error(self, seconds: float) -> DeadlineError:
        """Return the error that says that the deadline of `seconds` has passed."""
        return DeadlineError(
            f"{self.missing} within {seconds:g} s (the {self.label} deadline)",
            f"raise it with {self.flag} SECONDS, 0 turns it off",
            transient=self.transient,
        )


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The bounds of a turn in seconds; 0 turns one off."""

    first_token_s: float = 0.0
    """From the request to the first piece of a streamed reply, for each attempt."""
    idle_s: float = 0.0
    """From one piece of a streamed reply to the next."""
    total_s: float = 0.0
    """From the start of the first attempt to the end of the reply, waits included."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A deadline that is running."""

    deadline: Deadline
    """Which one."""
    seconds: float
    """How long it is."""
    ends_at: float
    """When it passes, by the turn's clock."""

    @classmethod
    def from_now(cls, deadline: Deadline, seconds: float, now: float) -> Self | None:
        """Return the bound that ends `seconds` after `now`, or ``None`` if it is turned off."""
        return cls(deadline, seconds, now + seconds) if seconds else None

    def error(self) -> DeadlineError:
        """Return the error that says that it has passed."""
        return self.deadline.error(self.seconds)
