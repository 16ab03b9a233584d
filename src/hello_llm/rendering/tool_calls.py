"""Formats a tool call for people."""

from hello_llm.contract import ToolCall


def describe(call: ToolCall) -> str:
    """Format `call` as ``tool call NAME(arguments)``."""
    return f"tool call {call.name}({call.arguments})"
