"""A request as it will be sent, with the most that an attempt at it may cost."""

from dataclasses import dataclass

from hello_llm.contract import BudgetError, ChatRequest
from hello_llm.prices.bound import Bound, Unbounded


@dataclass(frozen=True, slots=True)
class Plan:
    """A request as it will be sent, and the most that an attempt at it may cost."""

    request: ChatRequest
    """The request, with a limit on its reply if a limit on spending requires one."""
    cost: Bound | Unbounded
    """The bound, or why there is none."""
    limited: bool
    """Whether the limit on the reply was added."""
    tokens: int | None
    """The tokens of a reply that the rest of the run's money pays for, if that is limited."""

    @property
    def nano_usd(self) -> int | None:
        """The bound in billionths of a US dollar; ``None`` if there is none."""
        return self.cost.nano_usd if isinstance(self.cost, Bound) else None

    @property
    def words(self) -> str:
        """How the bound was computed, or why there is none."""
        return self.cost.words if isinstance(self.cost, Bound) else self.cost.value

    @property
    def note(self) -> str | None:
        """What to tell the user about the limit that was added; ``None`` if none was."""
        if not self.limited:
            return None
        return (
            f"the reply is limited to {self.request.params.max_tokens:,} tokens, because a limit"
            " on spending is in force; --max-tokens sets another limit"
        )

    def unpriced(self) -> BudgetError:
        """Return the error for a request without a bound while ``--max-cost`` is in force."""
        model = self.request.model
        return BudgetError(
            f"--max-cost cannot be kept with {model}: {self.words}",
            f'give its price in the configuration, [models."{model}"], or leave out --max-cost',
        )
