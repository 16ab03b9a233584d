"""What the ledger holds of each call: nothing that was asked, answered or kept secret."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from hello_llm.ledger.processes import Process

State = Literal["reserved", "settled", "unreported", "cut", "killed", "released"]
"""What has become of a reservation.

``reserved``: the call is in progress, or its process was killed and nobody has looked yet.
``settled``: the cost is known.
``unreported``: the server answered, but the cost is not known; the bound counts.
``cut``: the call was cut off; the bound counts.
``killed``: the process ended without a word; the bound counts.
``released``: nothing was sent, and nothing counts.
"""

Kept = Literal["unreported", "cut"]
"""Why a reservation stays at its bound, as the call itself may say."""

MOST_NANO_USD = 10**13
"""The most that one call is believed to cost: ten thousand dollars."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call that is about to be sent."""

    command: str
    """The command that makes it, such as ``chat``."""
    model: str
    """The model that it asks, as the user named it."""
    bound_nano_usd: int | None
    """The most that it may cost, in billionths of a US dollar; ``None`` if that is not known."""
    profile: str | None = None
    """The profile in use, if any."""


class ReservedCall(NamedTuple):
    """A reservation as the ledger has it."""

    id: int
    """Its number."""
    time_ms: int
    """When it was made, in milliseconds since 1970 (UTC)."""
    command: str
    """The command that made it."""
    profile: str | None
    """The profile in use, if any."""
    model: str
    """The model asked."""
    bound_nano_usd: int | None
    """The amount reserved, in billionths of a US dollar; ``None`` if no bound was known."""
    process: Process
    """The process that made it."""
