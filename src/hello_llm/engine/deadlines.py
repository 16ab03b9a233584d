"""The deadlines of a call, and the errors for exceeding them."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

from hello_llm.contract import DeadlineError


class Deadline(Enum):
    """A deadline that the engine enforces; the provider enforces the connect deadline."""

    FIRST_TOKEN = "first token", "--first-token-timeout", "no first token", True
    IDLE = "idle", "--idle-timeout", "no more of the reply", False
    TOTAL = "total", "--timeout", "no complete reply", False

    def __init__(self, label: str, flag: str, missing: str, transient: bool) -> None:
        """Store the properties of the deadline.

        Args:
            label: its name in messages.
            flag: the flag that raises it.
            missing: what has not arrived when it passes.
            transient: whether another attempt may succeed.
        """
        self.label = label
        self.flag = flag
        self.missing = missing
        self.transient = transient

    def error(self, seconds: float) -> DeadlineError:
        """Return the error for exceeding this deadline of `seconds`."""
        return DeadlineError(
            f"{self.missing} within {seconds:g} s (the {self.label} deadline)",
            f"raise it with {self.flag} SECONDS, 0 turns it off",
            transient=self.transient,
        )


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines of a turn in seconds; 0 turns one off."""

    first_token_s: float = 0.0
    """From the request to the first piece of a streamed reply, for each attempt."""
    idle_s: float = 0.0
    """From one piece of a streamed reply to the next."""
    total_s: float = 0.0
    """From the start of the first attempt to the end of the reply, including waits."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A deadline that is running."""

    deadline: Deadline
    """The kind of deadline."""
    seconds: float
    """Its length in seconds."""
    ends_at: float
    """The time at which it passes, by the turn's clock."""

    @classmethod
    def from_now(cls, deadline: Deadline, seconds: float, now: float) -> Self | None:
        """Return the bound that ends `seconds` after `now`, or ``None`` if `seconds` is 0."""
        return cls(deadline, seconds, now + seconds) if seconds else None

    def later(self, seconds: float) -> Self:
        """Return a bound that ends so many seconds after this one."""
        return replace(self, ends_at=self.ends_at + seconds)

    def error(self) -> DeadlineError:
        """Return the error for exceeding it."""
        return self.deadline.error(self.seconds)
