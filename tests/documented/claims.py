"""What a page says about its requests, beyond what the program shows."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.servers import Request

Claim = Callable[[list[Request]], None]
"""Checks the requests that reached the vendors while a page was followed."""


def _messages(request: Request) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = request.json()["messages"]
    return found


def _a_profile_reviews_the_change(requests: list[Request]) -> None:
    chats = [request for request in requests if request.method == "POST"]
    system, user = _messages(chats[-1])
    assert system["content"] == "Review this change. Name its bugs, nothing else."
    assert "\n    Say hello\n" in user["content"]
    assert "\n+# hello-llm\n" in user["content"]


def _a_conversation_grows(requests: list[Request]) -> None:
    roles = [[turn["role"] for turn in _messages(request)] for request in requests]
    assert roles[:2] == [["system", "user"], ["system", "user", "assistant", "user"]]


CLAIMS: Mapping[str, Claim] = {
    "README.md": _a_profile_reviews_the_change,
    "docs/python.md": _a_conversation_grows,
}
"""The claims, by page."""
