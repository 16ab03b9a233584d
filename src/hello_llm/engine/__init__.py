"""Runs a turn against providers that it is handed: deadlines, retries, fallbacks, the stop."""

from hello_llm.engine.deadlines import Deadlines
from hello_llm.engine.retry import RetryPolicy
from hello_llm.engine.turn import Candidate, Turn

__all__ = ["Candidate", "Deadlines", "RetryPolicy", "Turn"]
