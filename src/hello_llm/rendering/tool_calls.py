"""Puts a tool call into words."""

from hello_llm.contract import ToolCall


def describe(call: ToolCall) -> str:
    """Return `call` as people write one: ``tool call NAME(arguments)``."""
    return f"tool call {call.name}({call.arguments})"
