"""Runs a turn against a provider that it is handed: the deadline, the stop, the partial reply."""

from hello_llm.engine.turn import Turn

__all__ = ["Turn"]
