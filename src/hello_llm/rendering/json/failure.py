"""A failure as the JSON document of a command that is not about a reply."""

from collections.abc import Callable
from typing import Any

from hello_llm.contract import HelloLLMError
from hello_llm.rendering.json.document import Redact, json_line
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal

FailureDocument = Callable[[HelloLLMError, Redact], dict[str, Any]]
"""Returns the document of a command that failed, without secrets."""


class JsonFailure:
    """Writes the document of the command, and reports the error in prose on standard error."""

    def __init__(self, terminal: Terminal, messages: Messages, document: FailureDocument) -> None:
        """Write `document` to the standard output of `terminal`."""
        self._terminal = terminal
        self._messages = messages
        self._document = document

    def fail(self, error: HelloLLMError) -> None:
        """Write the document of `error`."""
        try:
            self._terminal.write_stdout(json_line(self._document(error, self._messages.redact)))
        finally:
            self._messages.error(error)
