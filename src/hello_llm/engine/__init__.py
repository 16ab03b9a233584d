"""Runs one turn: attempts, deadlines, retries, fallbacks and the partial reply."""

from hello_llm.engine.acceptance import Acceptance
from hello_llm.engine.candidate import Candidate
from hello_llm.engine.deadlines import Deadlines
from hello_llm.engine.retry import RetryPolicy
from hello_llm.engine.turn import Turn

__all__ = ["Acceptance", "Candidate", "Deadlines", "RetryPolicy", "Turn"]
