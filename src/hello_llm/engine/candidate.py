"""A model that a turn can ask, and how to reach it."""

from collections.abc import Callable
from dataclasses import dataclass

from hello_llm.contract import ChatRequest, LLMProvider
from hello_llm.engine.pace import AT_ONCE, Pace


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that can be asked."""

    request: ChatRequest
    """The request to send to it."""
    open: Callable[[], LLMProvider]
    """Opens the provider that asks it; called only when it is about to be asked."""
    provider: str
    """The name of that provider."""
    pace: Pace = AT_ONCE
    """When its host may be asked."""

    @property
    def model(self) -> str:
        """Its name as the user typed it, or the provider's name if no model was typed."""
        return self.request.model or self.provider
