"""What a user can say about a model in the configuration file: its prices, limits and abilities."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from decimal import Decimal

Capability = Literal["vision", "pdf", "audio", "tools", "schema", "reasoning"]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
"""What a model may be able to do, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the configuration says about a model; ``None`` where it says nothing."""

    input: "Decimal | None" = None
    """The price of a million tokens of the prompt, in US dollars."""
    output: "Decimal | None" = None
    """The price of a million tokens of the reply, in US dollars."""
    cached_input: "Decimal | None" = None
    """The price of a million tokens that the server read from its cache, in US dollars."""
    context: int | None = None
    """The most tokens that a prompt may have."""
    max_output: int | None = None
    """The most tokens that a reply may have."""
    can: tuple[Capability, ...] = ()
    """What the model can do, besides what the price list says."""

    @property
    def priced(self) -> bool:
        """Whether there is a price among them."""
        return (self.input, self.output, self.cached_input) != (None, None, None)
