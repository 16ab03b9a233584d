"""A server that answers with the question, so that no two answers are the same."""

from dataclasses import replace
from typing import Any

from tests.servers import OpenAI, Script


class Echo(OpenAI):
    """OpenAI's protocol; the text of each reply is that of the last message."""

    def whole(self, script: Script, asked: dict[str, Any]) -> bytes:
        """Return the last message as the reply."""
        text = asked["messages"][-1]["content"]
        return super().whole(replace(script, chunks=(text,)), asked)
